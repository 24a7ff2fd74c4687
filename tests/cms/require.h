// For what a test does with OpenSSL by itself.
#pragma once

#include <stdexcept>

namespace signet::cms::test {

/// Throws std::runtime_error unless it succeeded.
inline void require(bool succeeded) {
    if (!succeeded)
        throw std::runtime_error("OpenSSL failed for a test");
}

}  // namespace signet::cms::test
