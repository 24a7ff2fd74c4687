// Which certificates lie in files beside which token.
#pragma once

#include "agent/certificate_files.h"
#include "agent/config.h"
#include "agent/token_state.h"
#include "agent/token_uri.h"

#include <memory>
#include <vector>

namespace signet::agent {

/// Immutable: another configuration is another source. Shares the files that it read with the configuration.
class CertificateSource {
  public:
    /// Without any.
    CertificateSource() = default;
    /// Throws Error(MALFORMED) for a URI of a [[token]] that is none.
    explicit CertificateSource(const Config& config);

    /// Of the first [[token]] that matches; null if it names none, or none matches. Good as long as this.
    /// Throws nothing.
    [[nodiscard]] const CertificateFiles* beside(const TokenState& token) const;

  private:
    struct Entry {
        std::shared_ptr<const TokenUri> uri;
        std::shared_ptr<const CertificateFiles> files;
    };

    std::vector<Entry> m_entries;
};

}  // namespace signet::agent
