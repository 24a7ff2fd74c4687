#include "cms/ocsp_evidence.h"

#include <string>
#include <utility>

namespace signet::cms {
namespace {

constexpr std::size_t max_responses = 64;

}  // namespace

OcspEvidence::OcspEvidence(bool legacy, RevocationFetch& fetch, CrlEvidence& crls)
    : m_legacy(legacy), m_fetch(fetch), m_crls(crls) {}

void OcspEvidence::add_from_message(BytesView response) {
    if (m_responses.size() < max_responses && response.size() <= max_ocsp_response_size)
        m_responses.emplace_back(response.begin(), response.end());
}

void OcspEvidence::add_message(const CertificateChain& chain, const JudgedTime& at,
                               std::vector<CertificateRevocation>& statuses) {
    for (const Bytes& response : m_responses)
        for (std::size_t i = 0; i < statuses.size(); ++i)
            merge(statuses[i], status_by(response, chain, i, at));
}

CertificateRevocation OcspEvidence::by_kept(const CertificateChain& chain, std::size_t index,
                                            const JudgedTime& at) {
    if (ocsp_urls(chain[index]).empty())
        return {};
    const auto kept = m_fetch.kept_response(OcspQuestion(chain[index], chain[index + 1]));
    return kept ? status_by(*kept, chain, index, at) : CertificateRevocation{};
}

void OcspEvidence::look_for_response(const CertificateChain& chain, std::size_t index, const JudgedTime& at,
                                     CertificateRevocation& status) {
    const std::vector<std::string> urls = ocsp_urls(chain[index]);
    if (urls.empty())
        return;
    const OcspQuestion question(chain[index], chain[index + 1]);
    if (const auto kept = m_fetch.kept_response(question)) {
        CertificateRevocation told = status_by(*kept, chain, index, at);
        if (told.status != RevocationStatus::unknown) {
            status = std::move(told);
            return;
        }
    }
    for (const std::string& url : urls) {
        const auto answer = m_fetch.ask(url, question);
        if (!answer)
            continue;
        if (!answer->body) {
            status.text = answer->trouble;
            continue;
        }
        status = status_by(*answer->body, chain, index, at, &question);
        if (status.status != RevocationStatus::unknown) {
            m_fetch.keep_response(question, *answer->body);
            add_from_message(*answer->body);
            return;
        }
    }
}

CertificateRevocation OcspEvidence::status_by(BytesView response, const CertificateChain& chain,
                                              std::size_t index, const JudgedTime& at,
                                              const OcspQuestion* question) {
    const auto issuers = chain.begin() + static_cast<std::ptrdiff_t>(index) + 1;
    return status_by_ocsp(response, chain[index], *issuers, at, m_legacy, question,
                          [&](const Certificate& responder, const JudgedTime& signed_at) {
                              return responder_counts(responder, {issuers, chain.end()}, signed_at);
                          });
}

// A message may bring many of its answers.
bool OcspEvidence::responder_counts(const Certificate& responder, const CertificateChain& issuers,
                                    const JudgedTime& at) {
    const std::tuple key(responder.fingerprint(), issuers.front().fingerprint(), at.seconds);
    const auto known = m_responders.find(key);
    if (known != m_responders.end())
        return known->second;
    return m_responders.emplace(key, responder_counts_anew(responder, issuers, at)).first->second;
}

// By CRLs alone: that of a responder could be asked of itself. A key that was lost may have signed as of any
// time, so that a later revocation counts as well.
bool OcspEvidence::responder_counts_anew(const Certificate& responder, const CertificateChain& issuers,
                                         const JudgedTime& at) {
    CertificateChain chain{responder};
    chain.insert(chain.end(), issuers.begin(), issuers.end());
    std::vector<CertificateRevocation> statuses(chain.size() - 1);
    CertificateRevocation& status = statuses.front();
    m_crls.add_given(chain, at, statuses);
    const bool given = status.status != RevocationStatus::unknown;
    m_crls.add_message(chain, at, statuses);
    if (!given && status.status == RevocationStatus::good)
        merge(status, m_crls.by_kept(chain, 0, at));
    if (status.status == RevocationStatus::unknown)
        m_crls.look_for_crl(chain, 0, at, status);
    if (status.status == RevocationStatus::good)
        m_crls.look_for_delta(chain, 0, at, status, true);
    return !status.revoked_at && status.status != RevocationStatus::revoked &&
           (status.status == RevocationStatus::good || m_fetch.mode() != RevocationMode::require);
}

}  // namespace signet::cms
