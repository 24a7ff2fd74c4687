// Which certificates lie in files beside which token.
#pragma once

#include "agent/certificate_files.h"
#include "agent/config.h"
#include "agent/token_state.h"
#include "agent/token_uri.h"

#include <memory>
#include <vector>

namespace signet::agent {

/// On the loop's thread only.
class CertificateSource {
  public:
    /// What `config` says counts from the catalogue's next rebuild on. Throws Error(MALFORMED) for a URI of a
    /// [[token]] that is none, and changes nothing then.
    void configure(const Config& config);

    /// Of the first [[token]] that matches; null if it names none, or none matches. Good until configure.
    [[nodiscard]] const CertificateFiles* beside(const TokenState& token) const;

  private:
    struct Entry {
        std::shared_ptr<const TokenUri> uri;
        std::shared_ptr<const CertificateFiles> files;
    };

    std::vector<Entry> m_entries;
};

}  // namespace signet::agent
