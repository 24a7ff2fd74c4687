#include "tests/end_to_end/faulty_module.h"

#include "tests/fixtures/fault_module/card_memory.h"
#include "tests/fixtures/fault_module/counters.h"
#include "tests/fixtures/file.h"

#include <sys/stat.h>

#include <cerrno>
#include <system_error>

namespace signet::tests {

FaultyModule::FaultyModule() : m_memory(std::make_unique<fault::CardMemory>(m_folder / "script.memory")) {
    follow("");
}

FaultyModule::~FaultyModule() = default;

void FaultyModule::replace(const std::string& name, const std::string& text) {
    // Another size each time, so that a file system with coarse times shows the change.
    write_file(m_folder / "next", text + "\n" + std::string(++m_written % 1000, '#') + "\n");
    std::filesystem::rename(m_folder / "next", m_folder / name);
}

void FaultyModule::follow(const std::string& script) {
    replace("script", script);
}

void FaultyModule::write_card() {
    replace("script.card", m_settings + (m_removed ? "\ntoken removed" : "") +
                               (m_slot ? "\ntoken slot " + std::to_string(*m_slot) : "") +
                               "\ntoken insertion " + std::to_string(m_insertions) + "\ntoken reset " +
                               std::to_string(m_resets));
}

void FaultyModule::remove() {
    m_removed = true;
    write_card();
}

void FaultyModule::insert(std::optional<unsigned long> slot) {
    m_removed = false;
    if (slot)
        m_slot = slot;
    ++m_insertions;
    write_card();
}

void FaultyModule::reset() {
    ++m_resets;
    write_card();
}

void FaultyModule::set(const std::string& settings) {
    m_settings = settings;
    write_card();
}

std::uint64_t FaultyModule::pin_tries() const {
    return m_memory->tries_spent();
}

std::uint64_t FaultyModule::so_pin_tries() const {
    return m_memory->so_tries_spent();
}

std::uint64_t FaultyModule::logins() const {
    return m_memory->logins();
}

void FaultyModule::unblock() {
    m_memory->unblock();
}

std::uint64_t FaultyModule::open_sessions() const {
    return m_memory->open_sessions();
}

std::uint64_t FaultyModule::count(std::size_t fault) const {
    const std::string script = m_folder / "script";
    struct stat status {};
    if (stat(script.c_str(), &status) != 0)
        throw std::system_error(errno, std::generic_category(), script);
    return fault::Counters(script + ".counts", status).counted(fault - 1);
}

AgentSetup FaultyModule::setup(const SoftHsmToken& token, const std::string& operation_timeout) const {
    AgentSetup setup = AgentSetup::of(token);
    ModuleSetup& module = setup.modules.front();
    module.name = "faulty";
    module.path = test_program("libsignet_fault.so");
    module.environment["SIGNET_FAULT_MODULE"] = SoftHsmToken::module_path();
    module.environment["SIGNET_FAULT_SCRIPT"] = m_folder / "script";
    module.operation_timeout = operation_timeout;
    return setup;
}

}  // namespace signet::tests
