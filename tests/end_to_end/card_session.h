// Alice's token as a card: it comes and goes, and fails, as the fault-injecting module is told.
#pragma once

#include "tests/end_to_end/faulty_module.h"
#include "tests/end_to_end/scripted_pinentry.h"
#include "tests/end_to_end/session.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace signet::tests {

/// Alice's token behind the faulty module, an agent, and a folder with report.txt in which all commands run.
struct CardSession {
    /// `pin` as in agent.toml; empty for the right PIN from a file.
    explicit CardSession(const std::string& pin, const std::string& pin_cache = "forever",
                         const std::vector<KeyType>& types = {KeyType::p256});
    /// A person types the PIN, or what else `pinentry` does; `settings` are the card's (FaultyModule::set).
    CardSession(const ScriptedPinentry& pinentry, const std::string& pin_cache, const std::string& settings,
                const std::vector<KeyType>& types = {KeyType::p256});

    /// Of the agent: a PIN as in agent.toml.
    [[nodiscard]] AgentSetup setup(const std::string& pin, const std::string& pin_cache);
    [[nodiscard]] Arguments arguments(const Arguments& command) const;
    ProcessResult signet(const Arguments& command, std::optional<std::string> stdin_text = {}) const;
    [[nodiscard]] BackgroundProcess begin(const Arguments& command) const;
    void unlock() const { check_done(signet({"unlock", "--pin-stdin"}, SoftHsmToken::default_pin_line)); }
    /// `signet sign OPTIONS` of so many files, file0 and on, which it writes.
    [[nodiscard]] Arguments batch(int files, const Arguments& options = {}) const;
    ProcessResult sign() const { return signet({"sign", "-o", "report.p7s", "report.txt"}); }
    /// Whether `signet list`, or `signet status`, which looks at no token, has `text`.
    [[nodiscard]] bool shows(const std::string& text) const;
    [[nodiscard]] bool status_shows(const std::string& text) const;
    /// Whether the module is at work for the agent now.
    [[nodiscard]] bool busy() const { return status_shows("\"outstanding\":1"); }

    Alice alice;
    TemporaryFolder folder;
    FaultyModule module;
    std::unique_ptr<AgentProcess> running;
    AgentProcess& agent;
};

}  // namespace signet::tests
