// A token behind the fault-injecting module.
#pragma once

#include "tests/fixtures/agent_process.h"
#include "tests/fixtures/softhsm_token.h"
#include "tests/fixtures/temporary_folder.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace signet::tests {

namespace fault {
class CardMemory;
}

/// The module of tests/fixtures/fault_module around SoftHSM, with a script and a card that can change at any
/// time. The next call of the module finds what is so then. One thread at a time.
class FaultyModule {
  public:
    FaultyModule();
    ~FaultyModule();

    /// Replaces the script (fault_module/script.h has its grammar); counts begin anew. What is said below of
    /// the card stays.
    void follow(const std::string& script);
    /// Whether a call of the module has come to this fault of the script, counted from 1.
    [[nodiscard]] bool reached(std::size_t fault) const { return count(fault) > 0; }
    /// How many calls have come to it.
    [[nodiscard]] std::uint64_t count(std::size_t fault) const;

    /// Takes the card out.
    void remove();
    /// Puts it in, or out and in again at once: into this slot, or where it was.
    void insert(std::optional<unsigned long> slot = {});
    /// Resets it: the login is gone.
    void reset();
    /// Replaces what else is set of the card: lines such as "pin locks 3".
    void set(const std::string& settings);

    /// Wrong PINs that the card was given, ever.
    [[nodiscard]] std::uint64_t pin_tries() const;
    /// Wrong SO PINs likewise.
    [[nodiscard]] std::uint64_t so_pin_tries() const;
    /// Right PINs that it was given, ever.
    [[nodiscard]] std::uint64_t logins() const;
    /// Gives a locked PIN its tries back.
    void unblock();
    /// Sessions that living processes have open now.
    [[nodiscard]] std::uint64_t open_sessions() const;

    /// An agent's set-up with `token` behind this module; the module's name is "faulty".
    [[nodiscard]] AgentSetup setup(const SoftHsmToken& token,
                                   const std::string& operation_timeout = "30s") const;

  private:
    void replace(const std::string& name, const std::string& text);
    void write_card();

    TemporaryFolder m_folder;
    std::unique_ptr<fault::CardMemory> m_memory;
    std::size_t m_written = 0;
    bool m_removed = false;
    std::optional<unsigned long> m_slot;
    std::uint64_t m_insertions = 0;
    std::uint64_t m_resets = 0;
    std::string m_settings;
};

}  // namespace signet::tests
