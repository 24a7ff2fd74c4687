// One key on two tokens that fail as they are told.
#pragma once

#include "tests/end_to_end/faulty_module.h"
#include "tests/end_to_end/scripted_pinentry.h"
#include "tests/end_to_end/session.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace signet::tests {

/// A token behind a module that does as it is told.
struct Replica {
    /// Comes first in a script, so that it counts what the line after it ends.
    static constexpr const char* count_signatures = "C_Sign delay 0ms\n";

    explicit Replica(const std::string& label) : token(label) { module.follow(count_signatures); }
    /// Signatures that were asked for, while the script begins with count_signatures.
    [[nodiscard]] std::uint64_t signatures() const { return module.count(1); }

    SoftHsmToken token;
    FaultyModule module;
};

struct ReplicasKind {
    KeyType key = KeyType::p256;
    std::string operation_timeout{"30s"};
    /// As in agent.toml; empty for the right one from a file.
    std::string pin_of_alpha{};
    std::string pin_of_beta{};
    /// Null where nobody is asked.
    const ScriptedPinentry* pinentry = nullptr;
    /// What the card is (FaultyModule::set).
    std::string card_of_alpha{};
};

/// Bob's key on the tokens "alpha" and "beta", an agent that has them in this order, and a folder with
/// report.txt in which all commands run.
struct FaultyReplicas {
    explicit FaultyReplicas(const ReplicasKind& kind = {});

    [[nodiscard]] ProcessResult signet(const Arguments& command,
                                       std::optional<std::string> stdin_text = {}) const;
    [[nodiscard]] BackgroundProcess begin(const Arguments& command) const;
    [[nodiscard]] ProcessResult sign() const { return signet({"sign", "-o", "sig", "report.txt"}); }
    /// `signet sign` of so many files, which it writes.
    [[nodiscard]] Arguments batch(int files) const;
    void unlock_both() const;
    /// Whether `signet status`, which looks at no token, has `text`.
    [[nodiscard]] bool status_shows(const std::string& text) const;
    [[nodiscard]] bool one_is_set_aside() const { return status_shows(", set aside"); }

    TestCa ca;
    TemporaryFolder folder;
    SoftwareIdentity bob;
    Replica alpha{"alpha"};
    Replica beta{"beta"};
    std::unique_ptr<AgentProcess> agent;
};

}  // namespace signet::tests
