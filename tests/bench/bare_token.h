// C_Sign as fast as the module alone goes: the yardstick.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tests/bench/measure.h"

namespace signet::bench {

enum class Key { rsa2048, p256 };

struct BareToken {
    std::string module;
    std::string token_label;
    std::string pin;
    /// CKA_ID of the key.
    std::vector<std::uint8_t> id;
    Key key = Key::rsa2048;
};

/// Loads the module in this process, logs in, and signs with `threads` threads, a session each. To be called
/// in a process of its own. Throws std::runtime_error naming the call that failed.
Result measure_bare_token(const BareToken&, unsigned threads, std::chrono::milliseconds duration);

}  // namespace signet::bench
