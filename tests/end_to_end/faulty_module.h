// A token behind the fault-injecting module.
#pragma once

#include "tests/fixtures/agent_process.h"
#include "tests/fixtures/softhsm_token.h"
#include "tests/fixtures/temporary_folder.h"

#include <cstddef>
#include <string>

namespace signet::tests {

/// The module of tests/fixtures/fault_module around SoftHSM, with a script that can change at any time.
class FaultyModule {
  public:
    FaultyModule();

    /// Replaces the script (fault_module/script.h has its grammar); counts begin anew. The next call follows
    /// it.
    void follow(const std::string& script);
    /// Whether a call of the module has come to this line of the script, counted from 1.
    [[nodiscard]] bool reached(std::size_t line) const;

    /// An agent's set-up with `token` behind this module; the module's name is "faulty".
    [[nodiscard]] AgentSetup setup(const SoftHsmToken& token,
                                   const std::string& operation_timeout = "30s") const;

  private:
    TemporaryFolder m_folder;
    int m_scripts = 0;
};

}  // namespace signet::tests
