// Alice and a token that can be made slow, or fail.
#pragma once

#include "tests/end_to_end/faulty_module.h"
#include "tests/end_to_end/session.h"

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace signet::tests {

/// Alice's token behind the faulty module, with `sessions` workers; and report.txt in a folder where all
/// commands run.
struct BusyAlice {
    BusyAlice(const std::vector<KeyType>& types, int sessions, const std::string& operation_timeout)
        : alice(types), agent(setup(sessions, operation_timeout)) {
        write_file(folder / "report.txt", "All is well.\n");
    }

    AgentSetup setup(int sessions, const std::string& operation_timeout) {
        AgentSetup made = module.setup(alice.token(), operation_timeout);
        made.modules.front().sessions = sessions;
        return made;
    }
    ProcessResult signet(const Arguments& arguments) const {
        return agent.signet(arguments, {.folder = folder.path(), .timeout = std::chrono::minutes(3)});
    }
    /// `signet sign` in the background.
    std::unique_ptr<BackgroundProcess> signing(const std::string& out) const {
        return std::make_unique<BackgroundProcess>(
            Arguments{program("signet"), "sign", "-o", out, "report.txt"},
            RunOptions{.environment = agent.folder().environment(), .folder = folder.path()});
    }
    bool counts(const std::string& what, int count) const {
        return signet({"status", "--json"}).out.find("\"" + what + "\":" + std::to_string(count)) !=
               std::string::npos;
    }
    bool outstanding(int count) const { return counts("outstanding", count); }
    bool never_restarted() const {
        return signet({"status", "--json"}).out.find("\"restarts\":0") != std::string::npos;
    }

    Alice alice;
    TemporaryFolder folder;
    FaultyModule module;
    AgentProcess agent;
};

}  // namespace signet::tests
