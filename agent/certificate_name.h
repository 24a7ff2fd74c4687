// What a person calls a certificate: an e-mail address, a fingerprint, a label or a pkcs11: URI.
#pragma once

#include "agent/identity.h"
#include "agent/token_uri.h"

#include <optional>
#include <string>
#include <vector>

namespace signet::agent {

/// All meanings of the text count. The empty one means every certificate.
class CertificateName {
  public:
    /// Throws Error(MALFORMED) for a bad URI.
    explicit CertificateName(const std::string& text);

    /// `fingerprint`: SHA-256, lower-case hex.
    [[nodiscard]] bool matches(const std::string& fingerprint, const std::vector<std::string>& emails,
                               const std::vector<Place>& places) const;
    [[nodiscard]] bool matches(const Identity& identity) const {
        return matches(identity.fingerprint, identity.emails, identity.places);
    }

  private:
    std::string m_text;
    std::optional<TokenUri> m_uri;
    /// The text as the beginning of a fingerprint, if it is one.
    std::optional<std::string> m_fingerprint;
};

}  // namespace signet::agent
