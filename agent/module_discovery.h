// Which modules this machine has, asked of signet-token: the agent itself loads none.
#pragma once

#include "agent/asio.h"
#include "agent/config.h"

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace signet::agent {

struct DiscoveredModules {
    std::vector<ModuleConfig> modules;
    /// The program said all and ended well.
    bool complete = false;
};

/// On the loop's thread only; must outlive what it runs.
class ModuleDiscovery {
  public:
    /// `program` is the signet-token to ask; it gets `limit` each time.
    ModuleDiscovery(asio::io_context& loop, std::string program, std::chrono::milliseconds limit);

    /// Runs `program --list-modules` and waits for it; the loop serves others meanwhile. What it does not
    /// answer in form and time is left out. None of its processes is left at the end. One at a time. Throws
    /// std::system_error if it cannot be started.
    asio::awaitable<DiscoveredModules> run();
    /// Ends what runs, incomplete, and all that may come.
    void stop();

  private:
    class Listing;

    asio::io_context& m_loop;
    std::string m_program;
    std::chrono::milliseconds m_limit;
    std::weak_ptr<Listing> m_listing;
    bool m_stopped = false;
};

/// NAME<TAB>PATH a line; lines of another form, relative paths and names seen before are left out.
std::vector<ModuleConfig> parse_module_list(const std::string& lines);

}  // namespace signet::agent
