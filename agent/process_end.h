// The end of a child process.
#pragma once

#include <utility>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

namespace signet::agent {

/// Returns once the process of `pidfd` has ended, which must live until then: true; or false at once if the
/// wait is cancelled. Runs on the descriptor's executor. Asio alone may call a descriptor ready that is not:
/// one that was closed in the same turn of the loop, and whose place this one has taken (epoll_reactor).
[[nodiscard]] boost::asio::awaitable<bool> process_ended(boost::asio::posix::stream_descriptor& pidfd);

}  // namespace signet::agent
