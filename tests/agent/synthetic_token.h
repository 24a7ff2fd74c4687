// Tokens that no Scan ever saw, with certificates made for the test.
#pragma once

#include "agent/token_state.h"
#include "cms/openssl_ptr.h"

#include <cstdint>
#include <memory>
#include <string>

namespace signet::tests {

enum class SyntheticKey { rsa, ec };

struct CertificateSpec {
    std::string common_name = "Alice";
    std::string email{};
    /// As OpenSSL writes it; empty for none.
    std::string key_usage{};
    bool ca = false;
    /// Days from now.
    int from = -1;
    int until = 30;
};

/// A key pair in memory, for its public half.
class KeyPair {
  public:
    explicit KeyPair(SyntheticKey type);
    /// DER of a certificate of the key, signed by itself or by `issuer`.
    [[nodiscard]] std::string certificate(const CertificateSpec& spec) const;
    [[nodiscard]] std::string certificate(const CertificateSpec& spec, const CertificateSpec& issuer_name,
                                          const KeyPair& issuer) const;
    /// As PKCS#11 shows it: modulus, or uncompressed point.
    [[nodiscard]] std::string public_value() const;
    [[nodiscard]] SyntheticKey type() const noexcept { return m_type; }

  private:
    SyntheticKey m_type;
    cms::EvpPkeyPtr m_key;
};

/// A token that takes a login, with nothing on it.
std::shared_ptr<agent::TokenState> synthetic_token(const std::string& label, bool logged_in = false);

/// What C_FindObjects would report of the private or public key.
agent::ScannedKey scanned_key(const KeyPair& key, const std::string& id, bool is_private,
                              bool shows_value = true);

}  // namespace signet::tests
