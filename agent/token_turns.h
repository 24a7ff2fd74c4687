// One at a time on a token, of those that each bring a PIN.
#pragma once

#include "agent/asio.h"
#include "agent/broadcast.h"
#include "agent/pin/token_id.h"

#include <cstddef>
#include <map>
#include <memory>

namespace signet::agent {

/// A PIN that is wrong must be known to be before the next one is sent. On the loop's thread only.
class TokenTurns {
    struct Queue;

  public:
    explicit TokenTurns(asio::io_context& loop) : m_loop(loop) {}

    /// Ends the turn when it goes. May outlive the TokenTurns.
    class Turn {
      public:
        explicit Turn(std::shared_ptr<Queue> queue) noexcept : m_queue(std::move(queue)) {}
        ~Turn();
        Turn(Turn&&) noexcept = default;
        Turn& operator=(Turn&&) = delete;
        Turn(const Turn&) = delete;
        Turn& operator=(const Turn&) = delete;

      private:
        std::shared_ptr<Queue> m_queue;
    };

    /// Waits until the turns of all who came before have ended.
    asio::awaitable<Turn> take(pin::TokenId token);

  private:
    asio::io_context& m_loop;
    std::map<pin::TokenId, std::weak_ptr<Queue>> m_queues;
};

}  // namespace signet::agent
