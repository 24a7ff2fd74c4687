// "Something changed": wakes every coroutine that waits for it.
#pragma once

#include "agent/asio.h"

#include <list>

namespace signet::agent {

/// For states that change rarely (a host gets ready, a login ends): who waits looks at the state again after
/// each wake-up. On the loop's thread only; must outlive who waits.
class Broadcast {
  public:
    explicit Broadcast(asio::io_context& loop) : m_loop(&loop) {}

    /// Returns after the next notify_all(), or at `deadline`; at once if that has passed.
    asio::awaitable<void> wait_until(Clock::time_point deadline) {
        const auto timer = m_timers.emplace(m_timers.end(), *m_loop, deadline);
        boost::system::error_code woken;
        auto token = asio::redirect_error(asio::use_awaitable, woken);
        co_await timer->async_wait(token);
        m_timers.erase(timer);
    }

    void notify_all() {
        for (auto& timer : m_timers)
            timer.cancel();
    }

  private:
    asio::io_context* m_loop;
    std::list<asio::steady_timer> m_timers;
};

}  // namespace signet::agent
