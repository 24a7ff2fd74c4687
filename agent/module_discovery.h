// Which modules this machine has, asked of signet-token: the agent itself loads none.
#pragma once

#include "agent/asio.h"
#include "agent/config.h"

#include <chrono>
#include <string>
#include <vector>

namespace signet::agent {

struct DiscoveredModules {
    std::vector<ModuleConfig> modules;
    /// The program said all and ended well.
    bool complete = false;
};

/// Runs `program --list-modules` and waits for it, `limit` at most; the loop serves others meanwhile. What it
/// does not answer in form and time is left out. Throws std::system_error if it cannot be started.
asio::awaitable<DiscoveredModules> discover_modules(asio::io_context& loop, std::string program,
                                                    std::chrono::milliseconds limit);

/// NAME<TAB>PATH a line; lines of another form, relative paths and names seen before are left out.
std::vector<ModuleConfig> parse_module_list(const std::string& lines);

}  // namespace signet::agent
