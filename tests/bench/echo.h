// The round trip of a local socket between two processes: the unit in which the agent's latency is counted.
#pragma once

#include "tests/bench/measure.h"

namespace signet::bench {

/// Starts a process that echoes 256 bytes over a Unix stream socket, and measures round trips with it. Throws
/// std::system_error.
Result measure_echo(std::chrono::milliseconds duration);

}  // namespace signet::bench
