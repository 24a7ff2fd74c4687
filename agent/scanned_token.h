// The replies of a Scan, as tokens.
#pragma once

#include "agent/token_state.h"
#include "token/protocol/token.pb.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <set>
#include <vector>

namespace signet::agent {

/// Tokens of one module that are looked at; more are left out.
inline constexpr std::size_t max_scanned_tokens = 256;

/// Objects of a slot whose Token is not among `replies` are left out.
std::vector<std::shared_ptr<TokenState>> scanned_tokens(const std::vector<token::protocol::Reply>& replies);

/// Slots whose token could not be looked at, and may still be there.
std::set<std::uint64_t> skipped_slots(const std::vector<token::protocol::Reply>& replies);

}  // namespace signet::agent
