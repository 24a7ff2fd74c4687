// What a test of some real token does with it, openssl on the other side.
#pragma once

#include "tests/end_to_end/session.h"

#include <optional>
#include <string>

namespace signet::tests {

/// An agent that has one module and no source for its PINs, and an empty working folder in which all commands
/// run.
class TokenSession {
  public:
    /// `root` is the CA that certified the keys; `token_uri` is that of the token they are on.
    TokenSession(const ModuleSetup& module, const std::string& token_uri, std::string root);

    [[nodiscard]] AgentProcess& agent() noexcept { return m_agent; }
    [[nodiscard]] std::filesystem::path path(const std::string& name) const { return m_folder / name; }
    ProcessResult signet(const Arguments& arguments, std::optional<std::string> stdin_text = {}) const;
    ProcessResult openssl(const Arguments& arguments, std::optional<std::string> stdin_text = {}) const;
    /// `signet unlock` of the token with a PIN that ends with a line feed.
    ProcessResult unlock(const std::string& pin_line) const;
    [[nodiscard]] bool shows(const std::string& text) const;

    /// `signet sign OPTIONS`; nothing is left of a signature that was made before.
    ProcessResult sign(const Identity& identity, const Arguments& options = {}) const;
    /// That it does, and that `openssl cms -verify` accepts the signature.
    void check_signs(const Identity& identity, const Arguments& options = {}) const;
    /// The same with --rsa-pss, and that the signature is one.
    void check_signs_with_pss(const Identity& identity, const std::string& digest) const;
    /// `signet decrypt` of what `openssl cms -encrypt OPTIONS` made for the identity; nothing is left of what
    /// was opened before.
    ProcessResult open(const Identity& identity, const Arguments& options = {}) const;
    /// That it gives what went in.
    void check_opens(const Identity& identity, const Arguments& options = {}) const;
    /// That it ends with `status`, one line on standard error that has `reason` in it, and no file.
    void check_cannot_open(const Identity& identity, const Arguments& options, int status,
                           const std::string& reason) const;
    /// That a message of which the encrypted key was altered gets the answer of one of which the tag was:
    /// PKCS#1 v1.5 and OAEP, RSA keys alone.
    void check_tells_no_padding(const Identity& identity) const;

  private:
    void encrypt(const Identity& identity, const Arguments& options) const;
    std::string m_token_uri;
    std::string m_root;
    AgentProcess m_agent;
    TemporaryFolder m_folder;
};

/// Options of `openssl cms -encrypt` for RSA keys: OAEP with this hash, for MGF1 too.
[[nodiscard]] Arguments oaep(const std::string& digest);
/// OAEP with SHA-1 and a label.
[[nodiscard]] Arguments labelled_oaep();

}  // namespace signet::tests
