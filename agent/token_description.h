// A token as clients see it.
#pragma once

#include "agent/protocol/signet.pb.h"
#include "agent/token_state.h"

#include <string>
#include <string_view>

namespace signet::agent {

/// `set_aside`: it failed last, and other tokens with its keys go first.
void describe(const TokenState& token, bool set_aside, protocol::Token& out);

/// "logged in", "locked", "no login needed", "PIN locked", "last PIN try", "not initialised", "gone".
std::string_view state_of(const TokenState& token) noexcept;

/// What a token says of itself, with bytes that are no UTF-8 replaced: protobuf texts must be UTF-8.
std::string utf8_of(std::string_view text);

}  // namespace signet::agent
