// One value that a suspended coroutine waits for and other code on the loop delivers.
#pragma once

#include "agent/asio.h"

#include <memory>
#include <type_traits>
#include <utility>

namespace signet::agent {

/// The right to resume one coroutine, once, with a value. If a Completion goes undelivered, its coroutine is
/// destroyed, not resumed; so the coroutine itself must not own it. On the loop's thread only.
template <typename T>
class Completion {
  public:
    template <typename Handler>
    Completion(asio::io_context& loop, Handler&& handler)
        : m_waiting(std::make_unique<Waiting<std::decay_t<Handler>>>(loop, std::forward<Handler>(handler))) {}

    /// The coroutine resumes from the loop: whoever delivers goes on using its own state.
    void deliver(T value) { std::exchange(m_waiting, nullptr)->post(std::move(value)); }

    /// The coroutine resumes in here, one turn of the loop earlier: whoever calls is ready for all that it
    /// may do.
    void resume(T value) { std::exchange(m_waiting, nullptr)->resume(std::move(value)); }

  private:
    struct Suspended {
        Suspended() = default;
        Suspended(const Suspended&) = delete;
        Suspended& operator=(const Suspended&) = delete;
        virtual ~Suspended() = default;
        virtual void post(T value) = 0;
        virtual void resume(T value) = 0;
    };

    template <typename Handler>
    struct Waiting final : Suspended {
        Waiting(asio::io_context& on, Handler&& waiting) : loop(&on), handler(std::move(waiting)) {}
        void resume(T value) override { handler(std::move(value)); }
        void post(T value) override {
            asio::post(*loop, [ready = std::move(handler), result = std::move(value)]() mutable {
                ready(std::move(result));
            });
        }
        asio::io_context* loop;
        Handler handler;
    };

    std::unique_ptr<Suspended> m_waiting;
};

/// Suspends, then calls `start(Completion<T>)`, and returns what that is given. What `start` refers to must
/// live until then.
template <typename T, typename Start>
asio::awaitable<T> wait_for(asio::io_context& loop, Start& start) {
    auto suspend = [&loop, &start](auto&& handler) {
        start(Completion<T>(loop, std::forward<decltype(handler)>(handler)));
    };
    co_return co_await asio::async_initiate<const asio::use_awaitable_t<>, void(T)>(suspend,
                                                                                    asio::use_awaitable);
}

}  // namespace signet::agent
