#include "agent/spawn.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

namespace signet::agent {

void spawn(asio::io_context& loop, asio::awaitable<void> work) {
    asio::co_spawn(loop, std::move(work), asio::detached);
}

void spawn(asio::io_context& loop, asio::awaitable<void> work,
           std::function<void(const std::exception_ptr&)> ended) {
    asio::co_spawn(loop, std::move(work), std::move(ended));
}

}  // namespace signet::agent
