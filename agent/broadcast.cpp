#include "agent/broadcast.h"

namespace signet::agent {

asio::awaitable<void> Broadcast::wait_until(Clock::time_point deadline) {
    const auto timer = m_timers.emplace(m_timers.end(), *m_loop, deadline);
    boost::system::error_code woken;
    auto token = asio::redirect_error(asio::use_awaitable, woken);
    co_await timer->async_wait(token);
    m_timers.erase(timer);
}

void Broadcast::notify_all() {
    for (auto& timer : m_timers)
        timer.cancel();
}

}  // namespace signet::agent
