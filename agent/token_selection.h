// Which token a client means: by pkcs11: URI, label or serial number.
#pragma once

#include "agent/agent.h"
#include "agent/token_state.h"

#include <memory>
#include <string>
#include <vector>

namespace signet::agent {

using Tokens = std::vector<std::shared_ptr<TokenState>>;

/// Of those that are initialised, as the last scans saw them. The empty name means all that take a login.
/// Throws Error(MALFORMED) for a bad URI.
[[nodiscard]] Tokens tokens_named(const Agent& agent, const std::string& name);

/// The same, never empty: looks again before it gives up. Throws Error (TOKEN_ABSENT, MALFORMED). Both
/// arguments must live until it returns.
asio::awaitable<Tokens> find_tokens(Agent& agent, const std::string& name);

/// The one that is called `name`; behind several modules it is one token, and the first that is there is
/// taken. Throws Error (TOKEN_ABSENT, AMBIGUOUS_IDENTITY, MALFORMED).
asio::awaitable<std::shared_ptr<TokenState>> find_token(Agent& agent, const std::string& name);

/// The one that is called `name`, initialised or not; one that is not goes by its URI (slot-id) or its
/// module's name, and the empty name is the only one that is not. Throws as above.
asio::awaitable<std::shared_ptr<TokenState>> find_token_to_initialise(Agent& agent, const std::string& name);

}  // namespace signet::agent
