#include "agent/token_wait.h"

#include "agent/error.h"

#include <chrono>

namespace signet::agent {

namespace {

/// Nobody tells of a client that goes, and some modules look for tokens only as they start.
constexpr auto look_again = std::chrono::seconds{1};

}  // namespace

asio::awaitable<void> wait_for_token(Hosts& hosts, const Peer& peer) {
    co_await hosts.wait_rebuilt(Clock::now() + look_again);
    require_there(peer);
    hosts.require_going_on();
    hosts.look_anew();
}

}  // namespace signet::agent
