// Elliptic-curve Diffie-Hellman.
#pragma once

#include <string>

#include "token/anchor.h"
#include "token/protocol/token.pb.h"

namespace signet::token {

/// Bytes of a coordinate, at most: P-521.
inline constexpr std::size_t max_coordinate = 66;

/// Refuses what makes no sense before a token sees it: Z above max_coordinate, and a point that is neither
/// uncompressed with coordinates of the length of Z nor one of X25519 or X448. Throws TokenError
/// (BAD_REQUEST, INPUT_REFUSED).
void check_derive(const protocol::Derive& request);

/// Writes Z, exactly as long as the checked `request` says, to `output`, whose bytes are the caller's to
/// wipe. No object stays on the token. Throws TokenError, `output` then empty.
void derive(const Session& session, Anchor& anchor, protocol::Derive& request, std::string& output);

}  // namespace signet::token
