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
    asio::awaitable<void> wait_until(Clock::time_point deadline);

    /// Wakes all that wait now, from the loop: not in here. Throws nothing.
    void notify_all();

  private:
    asio::io_context* m_loop;
    std::list<asio::steady_timer> m_timers;
};

}  // namespace signet::agent
