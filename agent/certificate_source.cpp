#include "agent/certificate_source.h"

#include <utility>

namespace signet::agent {

void CertificateSource::configure(const Config& config) {
    std::vector<Entry> entries;
    entries.reserve(config.tokens.size());
    for (const auto& token : config.tokens)
        entries.push_back({std::make_shared<const TokenUri>(token.uri), token.certificate_files});
    m_entries = std::move(entries);
}

const CertificateFiles* CertificateSource::beside(const TokenState& token) const {
    for (const auto& entry : m_entries) {
        if (entry.uri->matches(token))
            return entry.files.get();
    }
    return nullptr;
}

}  // namespace signet::agent
