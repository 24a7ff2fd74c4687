// The round trip of a local socket between two processes: the unit in which the agent's latency is counted.
#pragma once

#include "tests/bench/measure.h"

namespace signet::bench {

/// Where the two processes run.
enum class Cores { one, two };

/// Starts a process that echoes 256 bytes over a Unix stream socket after it has computed for `work`, and
/// measures round trips with it, less `work`: a processor that was idle for longer wakes later. Both
/// processes are bound to their cores; on a machine with one core Cores::two is the same as Cores::one.
/// Throws std::system_error.
Result measure_echo(Cores cores, std::chrono::microseconds work, std::chrono::milliseconds duration);

}  // namespace signet::bench
