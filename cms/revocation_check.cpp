#include "cms/revocation_check.h"

#include <utility>

#include "cms/crl_check.h"
#include "cms/error.h"

namespace signet::cms {
namespace {

/// Whoever says that it was revoked is right; else whoever says that it was not.
void merge(std::vector<CertificateRevocation>& known, std::vector<CertificateRevocation> more) {
    for (std::size_t i = 0; i < known.size(); ++i) {
        const bool news =
            more[i].status == RevocationStatus::revoked || known[i].status == RevocationStatus::unknown;
        if (known[i].status != RevocationStatus::revoked && news)
            known[i] = std::move(more[i]);
    }
}

}  // namespace

std::string_view revocation_token(RevocationStatus status) noexcept {
    switch (status) {
        case RevocationStatus::good:
            return "good";
        case RevocationStatus::revoked:
            return "revoked";
        case RevocationStatus::unknown:
            return "unknown";
    }
    return {};
}

RevocationCheck::RevocationCheck(RevocationOptions options, std::vector<Certificate> candidates, bool legacy)
    : m_options(std::move(options)), m_candidates(std::move(candidates)), m_legacy(legacy) {
    for (const Bytes& der : m_options.crls) {
        X509CrlPtr crl = parse_crl(der);
        if (m_given_crls.size() < max_crls && (m_legacy || !has_weak_hash(*crl)))
            m_given_crls.push_back(std::move(crl));
    }
}

void RevocationCheck::add_from_message(BytesView revocation_info_choice) {
    if (m_message_crls.size() >= max_crls)
        return;
    try {
        X509CrlPtr crl = parse_crl(revocation_info_choice);
        if (m_legacy || !has_weak_hash(*crl))
            m_message_crls.push_back(std::move(crl));
    } catch (const Error&) {
        // Another format than a CRL.
    }
}

// Apart, so that a list that the sender made up does not stand in the way of one that was given: OpenSSL
// takes the newest before it looks at signatures.
std::vector<CertificateRevocation> RevocationCheck::statuses(const CertificateChain& chain,
                                                             const JudgedTime& at) {
    std::vector<CertificateRevocation> statuses(chain.size() - 1);
    for (const auto* crls : {&m_given_crls, &m_message_crls})
        if (!crls->empty() && !statuses.empty())
            merge(statuses, status_by_crls(chain, *crls, m_candidates, at));
    return statuses;
}

}  // namespace signet::cms
