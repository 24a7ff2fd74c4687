// One key on several slow tokens.
#pragma once

#include "tests/bench/measure.h"

namespace signet::bench {

/// Signatures a second from an agent with `tokens` tokens (1 or 2) that hold the same key, take 150 ms for
/// each operation and do one at a time; as many clients as keep them busy. Throws client::Error,
/// std::runtime_error.
Result measure_replicas(unsigned tokens);

}  // namespace signet::bench
