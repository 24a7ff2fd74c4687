// The algorithms of cms/ as signet-token names them.
#pragma once

#include "cms/algorithms.h"
#include "token/protocol/token.pb.h"

namespace signet::agent {

/// SHAKE256, which no token is asked for, is NO_HASH.
token::protocol::Hash token_hash(cms::DigestAlgorithm algorithm) noexcept;
/// Each has one.
token::protocol::SignScheme token_scheme(cms::SignatureScheme scheme) noexcept;

}  // namespace signet::agent
