// Which modules this machine has, asked of signet-token: the agent itself loads none.
#pragma once

#include "agent/config.h"

#include <chrono>
#include <string>
#include <vector>

namespace signet::agent {

/// Runs `program --list-modules` and waits for it, `limit` at most. What it does not answer in form and time
/// is left out and logged. Throws std::system_error if it cannot be started.
std::vector<ModuleConfig> discover_modules(const std::string& program, std::chrono::milliseconds limit);

/// NAME<TAB>PATH a line; lines of another form, relative paths and names seen before are left out.
std::vector<ModuleConfig> parse_module_list(const std::string& lines);

}  // namespace signet::agent
