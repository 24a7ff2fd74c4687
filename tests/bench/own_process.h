// Measurements that run in a process of their own: this program again, with a role.
#pragma once

#include <filesystem>
#include <optional>

#include "tests/bench/bare_token.h"
#include "tests/bench/measure.h"
#include "tests/fixtures/process.h"

namespace signet::bench {

/// measure_bare_token() in a new process, whose environment is `environment`. The PIN is read from a file
/// there.
Result bare_token_in_own_process(const BareToken&, const std::filesystem::path& pin_file, unsigned threads,
                                 std::chrono::milliseconds duration, const tests::Environment& environment);

/// measure_agent() in a new process.
Result agent_in_own_process(const std::filesystem::path& socket, const std::string& identity,
                            unsigned clients, std::chrono::milliseconds duration);

/// The exit status, if the arguments name a role: to be called first in main().
std::optional<int> run_role(int argc, char** argv);

}  // namespace signet::bench
