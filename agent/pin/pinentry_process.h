// A pinentry as a child process, its standard input and output one socket.
#pragma once

#include <utility>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include <sys/types.h>

#include <string>
#include <vector>

namespace signet::agent::pin {

/// Owns the child and every process of its session: none is left after finish() or the destructor. The agent
/// must not reap children of others (no waitpid(-1)). One thread.
class PinentryProcess {
  public:
    /// Starts `program` (a name on PATH, or a path) with `environment` ("NAME=value") and no arguments.
    /// Throws Error(PIN_UNAVAILABLE) if it cannot be started.
    PinentryProcess(const boost::asio::any_io_executor&, const std::string& program,
                    std::vector<std::string> environment);
    /// Kills.
    ~PinentryProcess();
    PinentryProcess(const PinentryProcess&) = delete;
    PinentryProcess& operator=(const PinentryProcess&) = delete;
    PinentryProcess(PinentryProcess&&) = delete;
    PinentryProcess& operator=(PinentryProcess&&) = delete;

    /// This side's end of the socket (non-blocking, close-on-exec). The caller closes it; only once.
    [[nodiscard]] int take_socket() noexcept;

    /// Tells it to end whatever it is at: one that waits for its person's keys does not see that its input
    /// has ended.
    void ask_to_end() noexcept;

    /// Gives the child a second to end by itself, so that it can restore a terminal, then kills it.
    boost::asio::awaitable<void> finish();

  private:
    void kill_and_reap() noexcept;

    boost::asio::posix::stream_descriptor m_exit;
    pid_t m_pid = -1;
    int m_socket = -1;
};

}  // namespace signet::agent::pin
