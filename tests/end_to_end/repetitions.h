// How long the tests that go on and on do so.
#pragma once

#include <cstddef>

namespace signet::tests {

/// The number in the environment variable `name`, or `otherwise` without it. Throws std::runtime_error if it
/// is none.
[[nodiscard]] std::size_t number_in(const char* name, std::size_t otherwise);

}  // namespace signet::tests
