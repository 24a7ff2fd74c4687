// The requests that are outstanding at one process of signet-token.
#pragma once

#include "agent/answer.h"
#include "agent/asio.h"
#include "agent/completion.h"
#include "agent/unique_descriptor.h"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace signet::agent {

/// Sends requests, matches answers, and sees when signet-token hangs. On the loop's thread only; owned by
/// shared_ptr.
///
/// Only the oldest request is timed, from the moment it is the oldest. Requests are taken in their order, so
/// that one has begun; any other may still wait behind it, at a worker or inside a module that does one thing
/// at a time.
class HostChannel : public std::enable_shared_from_this<HostChannel> {
  public:
    using SlotsChanged = std::function<void(const token::protocol::SlotsChanged&)>;

    /// `channel` is non-blocking SOCK_SEQPACKET. `freed` is called after each answer, before its receiver
    /// runs; `slots_changed` when signet-token tells of tokens that came or went.
    HostChannel(asio::io_context&, UniqueDescriptor channel, std::function<void()> freed,
                SlotsChanged slots_changed);

    /// Sends `request` (whose id it sets) and delivers its answer to `done`: when it comes, or with
    /// Fate::lost or timed_out from run(). `limit` is for it alone, and begins anew with each part of a
    /// Scan's answer, which takes ten such times at most. A PIN in `request` is wiped here, and so is every
    /// copy on the way.
    void send(token::protocol::Request& request, Clock::duration limit, Completion<Answer> done);

    /// Receives until the other side closes, breaks the protocol or lets a deadline pass; then nothing is
    /// outstanding any more. Returns why, for people.
    asio::awaitable<std::string> run();

    /// Makes run() return after what has already arrived.
    void close();

    [[nodiscard]] std::size_t outstanding() const noexcept { return m_pending.size(); }

  private:
    struct Pending {
        std::uint64_t id;
        Clock::duration limit;
        bool secret_output;
        /// Load and Scan: its answer has parts.
        bool in_parts;
        /// When its time is over, however its parts may come. Set when it becomes the oldest.
        std::optional<Clock::time_point> end;
        std::size_t parts_size;
        std::vector<token::protocol::Reply> parts;
        Completion<Answer> done;
    };

    void flush();
    void wait_to_flush();
    void start_clock();
    void watch_clock();
    void look_at_clock();
    /// Whether there was a datagram. Sets m_trouble when there will be no more.
    bool receive_one();
    void take(std::size_t size);
    void break_off(std::size_t size);
    bool allows_report();
    void stop(std::string trouble);
    void finish_all();

    asio::io_context& m_loop;
    asio::posix::stream_descriptor m_socket;
    /// Set to the oldest request's deadline or earlier, if there is one.
    asio::steady_timer m_timer;
    bool m_watching = false;
    Clock::time_point m_deadline;
    bool m_late = false;
    std::function<void()> m_freed;
    SlotsChanged m_slots_changed;
    Clock::time_point m_reports_since{};
    int m_reports = 0;
    /// In the order in which they were sent.
    std::vector<Pending> m_pending;
    std::uint64_t m_last_id = 0;
    std::string m_out;
    std::deque<std::string> m_unsent;
    std::vector<char> m_in;
    token::protocol::Reply m_reply;
    std::string m_trouble;
};

}  // namespace signet::agent
