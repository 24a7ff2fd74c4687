// A request that waits for a token to be inserted.
#pragma once

#include "agent/asio.h"
#include "agent/hosts.h"
#include "agent/peer.h"

namespace signet::agent {

/// Returns when the catalogue has changed, or a little later. Throws Error(STOPPING) if the client has gone
/// or the agent stops.
asio::awaitable<void> wait_for_token(Hosts& hosts, const Peer& peer);

}  // namespace signet::agent
