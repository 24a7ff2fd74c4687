// Coroutines that nobody awaits.
#pragma once

#include "agent/asio.h"

#include <exception>
#include <functional>

namespace signet::agent {

// Compiled once: each use of Asio's own co_spawn costs its source seconds.

/// Runs `work` on the loop, from its next turn on. What it throws is lost.
void spawn(asio::io_context& loop, asio::awaitable<void> work);

/// The same; `ended` is called after it, with what it threw, if anything.
void spawn(asio::io_context& loop, asio::awaitable<void> work,
           std::function<void(const std::exception_ptr&)> ended);

}  // namespace signet::agent
