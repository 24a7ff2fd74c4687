#include "agent/token_turns.h"

#include <cstdint>

namespace signet::agent {

struct TokenTurns::Queue {
    explicit Queue(asio::io_context& loop) : ended(loop) {}

    std::uint64_t came = 0;
    std::uint64_t ended_turns = 0;
    Broadcast ended;
};

TokenTurns::Turn::~Turn() {
    if (!m_queue)
        return;
    ++m_queue->ended_turns;
    m_queue->ended.notify_all();
}

asio::awaitable<TokenTurns::Turn> TokenTurns::take(pin::TokenId token) {
    std::erase_if(m_queues, [](const auto& entry) { return entry.second.expired(); });
    auto& entry = m_queues[token];
    auto queue = entry.lock();
    if (!queue) {
        queue = std::make_shared<Queue>(m_loop);
        entry = queue;
    }
    // In the order in which they came: who has many operations does not go before who waits.
    const auto mine = queue->came++;
    while (queue->ended_turns < mine)
        co_await queue->ended.wait_until(Clock::time_point::max());
    co_return Turn(queue);
}

}  // namespace signet::agent
