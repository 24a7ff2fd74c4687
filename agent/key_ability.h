// What a token says that it can do with a key.
#pragma once

#include "agent/identity.h"
#include "cms/algorithms.h"
#include "token/protocol/token.pb.h"

#include <string>

namespace signet::agent {

/// Why the token cannot do `request` (a Sign, Decrypt or Derive) with the key at `location`, for people;
/// empty if it can, or does not show the key.
[[nodiscard]] std::string obstacle(const Location& location, const token::protocol::Request& request);

/// Whether it shows the key and can.
[[nodiscard]] bool can(const Location& location, const token::protocol::Request& request);

/// Makes `request` one that the token at `location`, which can do it, has a mechanism for: hashing on the
/// token only where it signs no digests, raw RSA only where it has that, ECDH with the cofactor where it has
/// no other.
void fit(const Location& location, token::protocol::Request& request);

/// Whether a token that may sign with `key` signs no digests by `scheme`, so that it needs the message.
[[nodiscard]] bool needs_message(const Key& key, cms::SignatureScheme scheme);

}  // namespace signet::agent
