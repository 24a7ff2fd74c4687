#include "cms/crl_evidence.h"

#include <algorithm>
#include <ctime>
#include <iterator>
#include <utility>

#include "cms/crl_check.h"
#include "cms/error.h"
#include "cms/openssl_error.h"
#include "cms/weak_algorithm.h"

namespace signet::cms {
namespace {

/// Whether it tells what changed until `at`.
bool is_in_time(const X509_CRL& crl, const JudgedTime& at) {
    const auto issued = issued_at(crl);
    const ASN1_TIME* next = X509_CRL_get0_nextUpdate(&crl);
    if (!issued || (next != nullptr && !seconds_of(next)))
        return false;
    const std::int64_t until = next == nullptr ? *issued + day_without_next_update : *seconds_of(next);
    return *issued <= std::max<std::int64_t>(at.seconds, std::time(nullptr)) && until >= at.seconds;
}

bool has_newer(const std::vector<X509CrlPtr>& crls, const X509_CRL& than) {
    return std::any_of(crls.begin(), crls.end(), [&than](const X509CrlPtr& crl) {
        return have_same_scope(*crl, than) && issued_at(*crl) > issued_at(than);
    });
}

}  // namespace

CrlEvidence::CrlEvidence(const std::vector<std::shared_ptr<X509_CRL>>& given,
                         std::vector<Certificate> candidates, bool legacy, RevocationFetch& fetch)
    : m_candidates(std::move(candidates)), m_legacy(legacy), m_fetch(fetch) {
    // Whoever can forge an issuer of CRLs can take certificates off them.
    if (!m_legacy)
        std::erase_if(m_candidates, is_weak);
    for (const auto& crl : given)
        if (m_given.size() < max_crls && (m_legacy || !has_weak_hash(*crl))) {
            require_openssl(X509_CRL_up_ref(crl.get()) == 1, "cannot check CRLs");
            m_given.emplace_back(crl.get());
        }
}

void CrlEvidence::add_from_message(X509CrlPtr crl) {
    if (m_of_message.size() < max_crls && (m_legacy || !has_weak_hash(*crl)))
        m_of_message.push_back(std::move(crl));
}

void CrlEvidence::add_given(const CertificateChain& chain, const JudgedTime& at,
                            std::vector<CertificateRevocation>& statuses) const {
    add(m_given, chain, at, statuses);
}

void CrlEvidence::add_message(const CertificateChain& chain, const JudgedTime& at,
                              std::vector<CertificateRevocation>& statuses) const {
    add(m_of_message, chain, at, statuses);
}

void CrlEvidence::add(const std::vector<X509CrlPtr>& crls, const CertificateChain& chain,
                      const JudgedTime& at, std::vector<CertificateRevocation>& statuses) const {
    if (crls.empty())
        return;
    auto told = status_by_crls(chain, crls, m_candidates, at);
    for (std::size_t i = 0; i < statuses.size(); ++i)
        merge(statuses[i], std::move(told[i]));
}

CertificateRevocation CrlEvidence::by_kept(const CertificateChain& chain, std::size_t index,
                                           const JudgedTime& at) {
    CertificateRevocation status;
    for (const std::string& url : crl_urls(chain[index])) {
        if (status.status == RevocationStatus::revoked)
            return status;
        if (const auto kept = m_fetch.kept_crl(url))
            use_fetched(*kept, chain, index, at, status);
    }
    if (status.status == RevocationStatus::good)
        look_for_delta(chain, index, at, status, false);
    return status;
}

void CrlEvidence::look_for_crl(const CertificateChain& chain, std::size_t index, const JudgedTime& at,
                               CertificateRevocation& status) {
    if (!m_fetched.empty()) {
        CertificateRevocation told = status_by_crls(chain, m_fetched, m_candidates, at)[index];
        if (told.status != RevocationStatus::unknown) {
            status = std::move(told);
            return;
        }
    }
    for (const std::string& url : crl_urls(chain[index])) {
        if (const auto kept = m_fetch.kept_crl(url))
            if (use_fetched(*kept, chain, index, at, status))
                return;
        if (fetch_crl(url, chain, index, at, status))
            return;
    }
}

bool CrlEvidence::fetch_crl(const std::string& url, const CertificateChain& chain, std::size_t index,
                            const JudgedTime& at, CertificateRevocation& status) {
    const auto answer = m_fetch.fetch_crl(url);
    if (answer && !answer->body)
        status.text = answer->trouble;
    if (!answer || !answer->body || !use_fetched(*answer->body, chain, index, at, status))
        return false;
    // Not in the place of a newer one, which may be what told.
    const X509CrlPtr crl = parse_crl(*answer->body);
    if (!has_newer(m_fetched, *crl))
        m_fetch.keep_crl(url, *answer->body);
    return true;
}

std::vector<std::string> CrlEvidence::delta_urls(const CertificateChain& chain, std::size_t index,
                                                 const JudgedTime& at) const {
    std::vector<std::string> urls = delta_crl_urls(chain[index]);
    const X509_NAME* issuer = X509_get_issuer_name(chain[index].x509());
    for (const auto* crls : {&m_given, &m_of_message, &m_fetched})
        for (const X509CrlPtr& crl : *crls) {
            const std::vector<std::string> more = delta_crl_urls(*crl);
            // Not where somebody else would have us look; what was fetched was verified then.
            if (more.empty() || X509_NAME_cmp(X509_CRL_get_issuer(crl.get()), issuer) != 0 ||
                (crls != &m_fetched && !is_signed_by_issuer(*crl, chain, m_candidates, at)))
                continue;
            std::copy_if(more.begin(), more.end(), std::back_inserter(urls), [&urls](const std::string& url) {
                return std::find(urls.begin(), urls.end(), url) == urls.end();
            });
        }
    return urls;
}

void CrlEvidence::look_for_delta(const CertificateChain& chain, std::size_t index, const JudgedTime& at,
                                 CertificateRevocation& status, bool fetch) {
    for (const std::string& url : delta_urls(chain, index, at)) {
        CertificateRevocation told;
        if (const auto kept = m_fetch.kept_crl(url))
            told = status_with_delta(*kept, chain, index, at, fetch);
        if (told.status == RevocationStatus::unknown && fetch)
            if (const auto answer = m_fetch.fetch_crl(url); answer && answer->body)
                m_fetched_deltas[url] = *answer->body;
        const auto fetched = m_fetched_deltas.find(url);
        if (told.status == RevocationStatus::unknown && fetched != m_fetched_deltas.end()) {
            told = status_with_delta(fetched->second, chain, index, at, fetch);
            if (told.status != RevocationStatus::unknown)
                m_fetch.keep_crl(url, fetched->second);
        }
        merge(status, std::move(told));
        if (status.status == RevocationStatus::revoked)
            return;
    }
}

// OpenSSL does not ask for the time of a delta CRL, and passes over one that does not belong to its CRL: then
// it is the CRL alone that says that all is well.
CertificateRevocation CrlEvidence::status_with_delta(const Bytes& der, const CertificateChain& chain,
                                                     std::size_t index, const JudgedTime& at, bool fetch) {
    X509CrlPtr delta;
    try {
        delta = parse_crl(der);
    } catch (const Error&) {
        return {};
    }
    if ((!m_legacy && has_weak_hash(*delta)) || !is_signed_by_issuer(*delta, chain, m_candidates, at))
        return {};
    CertificateRevocation status;
    const auto all = {&m_given, &m_of_message, &m_fetched};
    const auto has_base = [&] {
        return !is_delta(*delta) || std::any_of(all.begin(), all.end(), [&](const auto* crls) {
            return std::any_of(crls->begin(), crls->end(),
                               [&](const X509CrlPtr& crl) { return continues(*delta, *crl); });
        });
    };
    for (const std::string& url : crl_urls(chain[index]))
        if (fetch && is_in_time(*delta, at) && !has_base())
            fetch_crl(url, chain, index, at, status);
    bool tells = is_in_time(*delta, at) && has_base();
    for (auto* crls : all) {
        if (crls->empty())
            continue;
        tells = tells && !has_newer(*crls, *delta);
        crls->push_back(std::move(delta));
        merge(status, status_by_crls(chain, *crls, m_candidates, at)[index]);
        delta = std::move(crls->back());
        crls->pop_back();
    }
    if (!tells && status.status == RevocationStatus::good)
        status.status = RevocationStatus::unknown;
    return status;
}

/// Whether it tells, with those that were fetched before: there may be one for each reason.
bool CrlEvidence::use_fetched(const Bytes& der, const CertificateChain& chain, std::size_t index,
                              const JudgedTime& at, CertificateRevocation& status) {
    try {
        X509CrlPtr crl = parse_crl(der);
        if (!m_legacy && has_weak_hash(*crl)) {
            status.text = "its CRL is signed with a hash that is too weak";
            return false;
        }
        if (!is_signed_by_issuer(*crl, chain, m_candidates, at)) {
            status.text = "what should be its CRL is not signed by its issuer";
            return false;
        }
        const auto is_same = [&crl](const X509CrlPtr& known) {
            return X509_CRL_match(known.get(), crl.get()) == 0;
        };
        if (std::none_of(m_fetched.begin(), m_fetched.end(), is_same))
            m_fetched.push_back(std::move(crl));
    } catch (const Error&) {
        status.text = "what should be its CRL is none";
        return false;
    }
    status = status_by_crls(chain, m_fetched, m_candidates, at)[index];
    return status.status != RevocationStatus::unknown;
}

}  // namespace signet::cms
