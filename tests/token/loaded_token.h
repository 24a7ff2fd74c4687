// A SoftHSM token behind a signet-token that has loaded its module.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tests/fixtures/softhsm_token.h"
#include "tests/fixtures/temporary_folder.h"
#include "tests/token/token_process.h"

namespace signet::tests {

/// What Scan told of one token.
struct Scanned {
    protocol::Token token;
    std::vector<protocol::Certificate> certificates;
    std::vector<protocol::Key> keys;

    /// The private key with this label. Throws std::runtime_error.
    [[nodiscard]] const protocol::Key& private_key(std::string_view label) const;
};

/// Puts the fault-injecting module between signet-token and the real one.
class FaultScript {
  public:
    FaultScript();
    /// Follows these lines from the next call on; counts start anew.
    void set(std::string_view lines) const;
    [[nodiscard]] Environment environment() const;
    [[nodiscard]] static std::string module();

  private:
    TemporaryFolder m_folder;
};

/// Runs signet-token on `softhsm`, through the fault-injecting module if there is a script. Each member that
/// sends a request checks nothing but that there is a reply.
class LoadedToken {
  public:
    explicit LoadedToken(const SoftHsmToken& softhsm, unsigned sessions = 1,
                         const FaultScript* faults = nullptr);

    [[nodiscard]] TokenProcess& process() noexcept { return m_process; }
    [[nodiscard]] const protocol::Reply& loaded() const noexcept { return m_loaded; }
    /// The slot of the one token; throws std::runtime_error if a scan shows none or several.
    std::uint64_t slot();
    /// A Login for that token.
    protocol::Request login_request(const std::string& pin);

    Scanned scan();
    protocol::Reply login(const std::string& pin);
    protocol::Reply logout();
    /// Logs in with the token's PIN and scans. Throws std::runtime_error if that fails.
    Scanned open();

    protocol::Reply sign(const protocol::Key& key, protocol::SignScheme scheme, protocol::Hash hash,
                         const std::string& digest);
    /// By EdDSA, or hashed on the token where there is a hash.
    protocol::Reply sign_message(const protocol::Key& key, protocol::SignScheme scheme, protocol::Hash hash,
                                 const std::string& message);
    /// With the padding taken off by signet-token where the token cannot, if `may_unpad`.
    protocol::Reply decrypt_oaep(const protocol::Key& key, const std::string& ciphertext, protocol::Hash hash,
                                 protocol::Hash mgf, const std::string& label, bool may_unpad);
    protocol::Reply decrypt(const protocol::Key& key, protocol::DecryptScheme scheme,
                            const std::string& ciphertext, protocol::Hash hash = protocol::NO_HASH,
                            protocol::Hash mgf = protocol::NO_HASH);
    protocol::Reply derive(const protocol::Key& key, const std::string& point, unsigned length,
                           bool cofactor = false);

  private:
    std::string m_pin;
    TokenProcess m_process;
    protocol::Reply m_loaded;
    std::optional<protocol::Token> m_token;
};

}  // namespace signet::tests
