// How long whole commands take, from start to exit.
#pragma once

#include <string>
#include <vector>

#include "tests/bench/measure.h"

namespace signet::bench {

struct Command {
    std::vector<std::string> argv;
    /// NAME=VALUE, all of it.
    std::vector<std::string> environment;
};

/// Runs each command in turn, `rounds` times round, output discarded; a result for each, in order. Throws
/// std::runtime_error if one does not exit with 0.
std::vector<Result> measure_one_shot(const std::vector<Command>& commands, unsigned rounds);

}  // namespace signet::bench
