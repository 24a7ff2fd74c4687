// What a token says that it can do with a key.
#pragma once

#include "agent/identity.h"
#include "token/protocol/token.pb.h"

#include <string>

namespace signet::agent {

/// Why the token cannot do `request` (a Sign, Decrypt or Derive) with the key at `location`, for people;
/// empty if it can, or does not show the key.
[[nodiscard]] std::string obstacle(const Location& location, const token::protocol::Request& request);

/// Whether it shows the key and can.
[[nodiscard]] bool can(const Location& location, const token::protocol::Request& request);

}  // namespace signet::agent
