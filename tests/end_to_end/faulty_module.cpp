#include "tests/end_to_end/faulty_module.h"

#include "tests/fixtures/fault_module/counters.h"
#include "tests/fixtures/file.h"

#include <sys/stat.h>

#include <cerrno>
#include <system_error>

namespace signet::tests {

FaultyModule::FaultyModule() {
    follow("");
}

void FaultyModule::follow(const std::string& script) {
    // Another size each time, so that a file system with coarse times shows the change.
    write_file(m_folder / "next",
               script + "\n" + std::string(static_cast<std::size_t>(++m_scripts), '#') + "\n");
    std::filesystem::rename(m_folder / "next", m_folder / "script");
}

bool FaultyModule::reached(std::size_t line) const {
    const std::string script = m_folder / "script";
    struct stat status {};
    if (stat(script.c_str(), &status) != 0)
        throw std::system_error(errno, std::generic_category(), script);
    return fault::Counters(script + ".counts", status).counted(line - 1) > 0;
}

AgentSetup FaultyModule::setup(const SoftHsmToken& token, const std::string& operation_timeout) const {
    AgentSetup setup = AgentSetup::of(token);
    ModuleSetup& module = setup.modules.front();
    module.name = "faulty";
    module.path = program("libsignet_fault.so");
    module.environment["SIGNET_FAULT_MODULE"] = SoftHsmToken::module_path();
    module.environment["SIGNET_FAULT_SCRIPT"] = m_folder / "script";
    module.operation_timeout = operation_timeout;
    return setup;
}

}  // namespace signet::tests
