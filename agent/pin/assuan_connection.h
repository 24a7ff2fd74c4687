// An Assuan client over a socket, one line at a time, through libassuan and without blocking the loop.
#pragma once

#include "secret/secret.h"

#include <utility>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

struct assuan_context_s;

namespace signet::agent::pin {

/// libassuan waits for a line with sleeps, so it is called only when a whole line is there: the socket is
/// peeked at first. One thread. Every awaiting member throws Error(PIN_CANCELLED) when the deadline is over,
/// and Error(PIN_UNAVAILABLE) if the other side closes or does not speak Assuan. Awaited one at a time.
class AssuanConnection {
  public:
    /// Takes `socket` (non-blocking), also when it throws.
    AssuanConnection(const boost::asio::any_io_executor&, int socket, std::chrono::milliseconds limit);
    ~AssuanConnection();
    AssuanConnection(const AssuanConnection&) = delete;
    AssuanConnection& operator=(const AssuanConnection&) = delete;
    AssuanConnection(AssuanConnection&&) = delete;
    AssuanConnection& operator=(AssuanConnection&&) = delete;

    /// Reads the greeting. First of all.
    boost::asio::awaitable<void> greet();

    /// Sends a command and reads its answer: 0 for OK, else the number of ERR. Data lines are an error.
    /// `command` must live until the end.
    boost::asio::awaitable<unsigned> command(const std::string& command);

    /// The same for a command whose answer is secret. Its data goes to `data`, which is cut to it; more than
    /// data.size() bytes are an error.
    boost::asio::awaitable<unsigned> command_for_secret(const std::string& command, Secret& data);

    /// What is awaited throws at once, as if its time were over.
    void give_up();

  private:
    struct Watch;
    boost::asio::awaitable<void> wait_for_line();
    boost::asio::awaitable<std::string_view> read_line();
    boost::asio::awaitable<unsigned> read_answer(Secret& data);
    void send(const std::string& command);
    void release() noexcept;

    std::shared_ptr<Watch> m_watch;
    assuan_context_s* m_context = nullptr;
    int m_socket = -1;
    Secret m_peeked;
};

}  // namespace signet::agent::pin
