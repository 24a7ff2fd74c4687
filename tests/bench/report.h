// What the benchmark prints: a table for people, JSON for programs.
#pragma once

#include <string>
#include <vector>

#include "tests/bench/measure.h"

namespace signet::bench {

struct Row {
    std::string name;
    Result result;
};

/// A figure derived from rows of the same run, and the goal it is held against.
struct Ratio {
    std::string name;
    double value = 0;
    /// "at most 2.5", empty without one.
    std::string goal;
};

std::string as_table(const std::vector<Row>&, const std::vector<Ratio>&);
std::string as_json(const std::vector<Row>&, const std::vector<Ratio>&);

}  // namespace signet::bench
