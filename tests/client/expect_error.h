// Assertions on client::Error.
#pragma once

#include "client/error.h"
#include "tests/catch.h"

namespace signet::tests {

/// Runs `action`, which must throw client::Error, and returns that.
template <typename Action>
client::Error error_of(Action&& action) {
    try {
        action();
    } catch (const client::Error& error) {
        return error;
    }
    FAIL("nothing was thrown");
    throw std::logic_error("unreachable");
}

/// The exit status of the client::Error that `action` must throw.
template <typename Action>
int exit_status_of(Action&& action) {
    return static_cast<int>(error_of(action).exit_status());
}

}  // namespace signet::tests
