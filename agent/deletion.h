// What is deleted from a token, one object after the other.
#pragma once

#include "agent/agent.h"
#include "agent/token_state.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace signet::agent {

/// One object, by what it is and not by its handle.
struct Deletion {
    /// DER: each certificate with this value; empty for a key.
    std::string certificate{};
    /// As a scan saw it; its handle says nothing.
    std::optional<ScannedKey> key{};
};

/// Deletes all, in this order, from `token`, and looks whether they are gone. Stops at the first that fails.
/// On the loop's thread; all must live until it returns. Throws Error, which says what was deleted and what
/// was not.
asio::awaitable<void> delete_all(Agent& agent, const Peer& peer, std::shared_ptr<TokenState> token,
                                 const std::vector<Deletion>& deletions);

}  // namespace signet::agent
