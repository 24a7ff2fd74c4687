#include "agent/certificate_source.h"

namespace signet::agent {

CertificateSource::CertificateSource(const Config& config) {
    m_entries.reserve(config.tokens.size());
    for (const auto& token : config.tokens)
        m_entries.push_back({std::make_shared<const TokenUri>(token.uri), token.certificate_files});
}

const CertificateFiles* CertificateSource::beside(const TokenState& token) const {
    for (const auto& entry : m_entries) {
        if (entry.uri->matches(token))
            return entry.files.get();
    }
    return nullptr;
}

}  // namespace signet::agent
