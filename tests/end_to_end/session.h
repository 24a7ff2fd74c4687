// What a test of the programs begins with: Alice, her agent, and a folder to work in.
#pragma once

#include "tests/catch.h"
#include "tests/fixtures/agent_process.h"
#include "tests/fixtures/alice.h"
#include "tests/fixtures/file.h"
#include "tests/fixtures/process.h"
#include "tests/fixtures/temporary_folder.h"

#include <chrono>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace signet::tests {

/// Of the tokens that the sessions have, unless they say otherwise.
inline const std::string right_pin = SoftHsmToken::default_pin;

/// Records in the audit log with this operation and outcome, and with `text` in them. A signature is "begun",
/// not "done".
[[nodiscard]] std::size_t audit_records(const AgentProcess& agent, const std::string& operation,
                                        const std::string& outcome, const std::string& text = {});

/// Alice's token with keys of `types`, an agent that has its PIN, and an empty working folder in which all
/// commands run, so that files go by their names.
class Session {
  public:
    explicit Session(const std::vector<KeyType>& types = {KeyType::rsa2048, KeyType::p256},
                     TestCa::Levels levels = TestCa::Levels::root_only);

    [[nodiscard]] Alice& alice() noexcept { return m_alice; }
    [[nodiscard]] AgentProcess& agent() noexcept { return m_agent; }
    /// The label of Alice's key of this type.
    [[nodiscard]] const std::string& label(KeyType type) const { return m_alice.identity(type).label; }
    /// PEM of the certificate of Alice's key of this type.
    [[nodiscard]] std::string certificate(KeyType type) const {
        return m_alice.identity(type).certificate.pem;
    }
    /// PEM of the root CA.
    [[nodiscard]] std::string root() { return m_alice.ca().root(); }

    [[nodiscard]] std::filesystem::path path(const std::string& name) const { return m_folder / name; }
    void write(const std::string& name, std::string_view content) const { write_file(path(name), content); }
    [[nodiscard]] std::string read(const std::string& name) const { return read_file(path(name)); }
    [[nodiscard]] bool exists(const std::string& name) const { return std::filesystem::exists(path(name)); }
    /// The names of all files here, sorted: what a failure left behind shows.
    [[nodiscard]] std::vector<std::string> files() const;

    ProcessResult signet(const Arguments& arguments, std::optional<std::string> stdin_text = {}) const;
    ProcessResult openssl(const Arguments& arguments, std::optional<std::string> stdin_text = {}) const;
    /// `openssl cms -verify` of a detached signature (DER) over `content`, signer's certificate and purpose
    /// included.
    ProcessResult openssl_verify(const std::string& signature, const std::string& content);

    [[nodiscard]] std::size_t audit_records(const std::string& operation, const std::string& outcome) const {
        return tests::audit_records(m_agent, operation, outcome);
    }

  private:
    Alice m_alice;
    AgentProcess m_agent;
    TemporaryFolder m_folder;
};

/// A person with a key in a file and a certificate of `ca`, both PEM.
struct SoftwareIdentity {
    std::string key;
    std::string certificate;
    std::string email;
};
/// Key and certificate are in `folder` and the CA's folder.
SoftwareIdentity software_identity(TestCa& ca, KeyType type, const std::filesystem::path& folder,
                                   const std::string& name = "bob");

/// Asks `condition` again and again until it holds; false if it does not within `timeout`.
bool wait_until(const std::function<bool()>& condition,
                std::chrono::milliseconds timeout = std::chrono::seconds(60));

/// Checks that it ended with `status` and said why in exactly one line that begins with "signet: ".
void check_refused(const ProcessResult& result, int status);
/// Checks that it ended with 0; shows what it said if not.
void check_done(const ProcessResult& result);

}  // namespace signet::tests
