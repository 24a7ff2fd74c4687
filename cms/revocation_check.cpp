#include "cms/revocation_check.h"

#include <algorithm>
#include <ctime>
#include <utility>

#include "cms/algorithm_identifier.h"
#include "cms/asn1/revocation_info.h"
#include "cms/crl_check.h"
#include "cms/error.h"
#include "cms/weak_algorithm.h"

namespace signet::cms {
namespace {

// A path of four certificates asks for three or four.
constexpr std::size_t max_fetched = 24;
constexpr std::size_t max_responses = 64;
/// Bytes of what a message brings.
constexpr std::size_t max_from_message = std::size_t{16} * 1024 * 1024;

/// What an answer is kept under.
std::string kept_name(const OcspQuestion& question) {
    return "ocsp " + question.name();
}

/// What the CRL at `url` is kept under.
std::string kept_name(const std::string& url) {
    return "crl " + url;
}

/// Whoever says that it was revoked is right, later too; else whoever says that it was not.
void merge(CertificateRevocation& known, CertificateRevocation more) {
    const auto later = known.revoked_at ? known.revoked_at : more.revoked_at;
    const bool news = more.status == RevocationStatus::revoked || known.status == RevocationStatus::unknown;
    if (known.status != RevocationStatus::revoked && news)
        known = std::move(more);
    if (!known.revoked_at)
        known.revoked_at = later;
}

void merge(std::vector<CertificateRevocation>& known, std::vector<CertificateRevocation> more) {
    for (std::size_t i = 0; i < known.size(); ++i)
        merge(known[i], std::move(more[i]));
}

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
    : m_options(std::move(options)),
      m_candidates(std::move(candidates)),
      m_legacy(legacy),
      m_message_room(max_from_message) {
    // Whoever can forge an issuer of CRLs can take certificates off them.
    if (!m_legacy)
        std::erase_if(m_candidates, is_weak);
    for (const Bytes& der : m_options.crls) {
        X509CrlPtr crl = parse_crl(der);
        if (m_given_crls.size() < max_crls && (m_legacy || !has_weak_hash(*crl)))
            m_given_crls.push_back(std::move(crl));
    }
}

// id-ri-ocsp-response ::= { id-ri 2 }, whose value is an OCSPResponse             RFC 5940 section 2.1
void RevocationCheck::add_from_message(BytesView revocation_info_choice) {
    constexpr std::string_view id_ri_ocsp_response = "1.3.6.1.5.5.7.16.2";
    constexpr std::uint8_t sequence = 0x30;
    if (revocation_info_choice.size() > m_message_room)
        return;
    m_message_room -= revocation_info_choice.size();
    try {
        if (!revocation_info_choice.empty() && revocation_info_choice.front() == sequence) {
            if (m_message_crls.size() >= max_crls)
                return;
            X509CrlPtr crl = parse_crl(revocation_info_choice);
            if (m_legacy || !has_weak_hash(*crl))
                m_message_crls.push_back(std::move(crl));
            return;
        }
        const auto info =
            asn1::decode<asn1::RevocationInfoChoice>(revocation_info_choice, "RevocationInfoChoice");
        if (info->type != asn1::RevocationInfoChoice::is_other || m_responses.size() >= max_responses)
            return;
        const BytesView response = asn1::sequence_in(info->d.other->info);
        if (object_text(*info->d.other->format) == id_ri_ocsp_response &&
            response.size() <= max_ocsp_response_size)
            m_responses.emplace_back(response.begin(), response.end());
    } catch (const Error&) {
        // Another format.
    }
}

// Apart, so that a list of the sender's does not stand in the way of one that was given.
std::vector<CertificateRevocation> RevocationCheck::statuses(const CertificateChain& chain,
                                                             const JudgedTime& at) {
    std::vector<CertificateRevocation> statuses(chain.size() - 1);
    if (statuses.empty())
        return statuses;
    m_responders.clear();
    if (!m_given_crls.empty())
        merge(statuses, status_by_crls(chain, m_given_crls, m_candidates, at));
    const std::vector<CertificateRevocation> given = statuses;
    if (!m_message_crls.empty())
        merge(statuses, status_by_crls(chain, m_message_crls, m_candidates, at));
    use_ocsp_of_message(chain, at, statuses);
    // A sender may bring what was true before.
    for (std::size_t i = 0; i < statuses.size(); ++i)
        if (given[i].status == RevocationStatus::unknown && statuses[i].status == RevocationStatus::good &&
            m_options.transport)
            merge(statuses[i], status_by_kept(chain, i, at));
    // From the anchor on: who is asked about a certificate is told by its issuer.
    for (std::size_t i = statuses.size(); i-- > 0 && m_options.transport;) {
        if (statuses[i].status == RevocationStatus::unknown)
            look_further(chain, i, at, statuses[i]);
        if (statuses[i].status == RevocationStatus::good && statuses[i].source == "crl")
            look_for_delta(chain, i, at, statuses[i], true);
    }
    return statuses;
}

void RevocationCheck::use_ocsp_of_message(const CertificateChain& chain, const JudgedTime& at,
                                          std::vector<CertificateRevocation>& statuses) {
    for (const Bytes& response : m_responses) {
        std::vector<CertificateRevocation> told(statuses.size());
        for (std::size_t i = 0; i < told.size(); ++i)
            told[i] = status_by_response(response, chain, i, at);
        merge(statuses, std::move(told));
    }
}

CertificateRevocation RevocationCheck::status_by_response(BytesView response, const CertificateChain& chain,
                                                          std::size_t index, const JudgedTime& at,
                                                          const OcspQuestion* question) {
    const auto issuers = chain.begin() + static_cast<std::ptrdiff_t>(index) + 1;
    return status_by_ocsp(response, chain[index], *issuers, at, m_legacy, question,
                          [&](const Certificate& responder, const JudgedTime& signed_at) {
                              return responder_counts(responder, {issuers, chain.end()}, signed_at);
                          });
}

// A message may bring many of its answers.
bool RevocationCheck::responder_counts(const Certificate& responder, const CertificateChain& issuers,
                                       const JudgedTime& at) {
    const std::tuple key(responder.fingerprint(), issuers.front().fingerprint(), at.seconds);
    const auto known = m_responders.find(key);
    if (known != m_responders.end())
        return known->second;
    return m_responders.emplace(key, responder_counts_anew(responder, issuers, at)).first->second;
}

// By CRLs alone: that of a responder could be asked of itself. A key that was lost may have signed as of any
// time, so that a later revocation counts as well.
bool RevocationCheck::responder_counts_anew(const Certificate& responder, const CertificateChain& issuers,
                                            const JudgedTime& at) {
    CertificateChain chain{responder};
    chain.insert(chain.end(), issuers.begin(), issuers.end());
    CertificateRevocation status;
    if (!m_given_crls.empty())
        merge(status, status_by_crls(chain, m_given_crls, m_candidates, at).front());
    const bool given = status.status != RevocationStatus::unknown;
    if (!m_message_crls.empty())
        merge(status, status_by_crls(chain, m_message_crls, m_candidates, at).front());
    if (m_options.transport) {
        if (!given && status.status == RevocationStatus::good)
            merge(status, status_by_kept_crls(chain, 0, at));
        if (status.status == RevocationStatus::unknown)
            look_for_crl(chain, 0, at, status);
        if (status.status == RevocationStatus::good)
            look_for_delta(chain, 0, at, status, true);
    }
    return !status.revoked_at && status.status != RevocationStatus::revoked &&
           (status.status == RevocationStatus::good || mode() != RevocationMode::require);
}

CertificateRevocation RevocationCheck::status_by_kept(const CertificateChain& chain, std::size_t index,
                                                      const JudgedTime& at) {
    CertificateRevocation status;
    if (!ocsp_urls(chain[index]).empty()) {
        const OcspQuestion question(chain[index], chain[index + 1]);
        if (const auto kept = m_options.transport->kept(kept_name(question), max_ocsp_response_size))
            status = status_by_response(*kept, chain, index, at);
    }
    if (status.status != RevocationStatus::revoked)
        merge(status, status_by_kept_crls(chain, index, at));
    return status;
}

CertificateRevocation RevocationCheck::status_by_kept_crls(const CertificateChain& chain, std::size_t index,
                                                           const JudgedTime& at) {
    CertificateRevocation status;
    for (const std::string& url : crl_urls(chain[index])) {
        if (status.status == RevocationStatus::revoked)
            return status;
        if (const auto kept = m_options.transport->kept(kept_name(url), max_crl_size))
            use_fetched_crl(*kept, chain, index, at, status);
    }
    if (status.status == RevocationStatus::good)
        look_for_delta(chain, index, at, status, false);
    return status;
}

void RevocationCheck::look_further(const CertificateChain& chain, std::size_t index, const JudgedTime& at,
                                   CertificateRevocation& status) {
    look_for_response(chain, index, at, status);
    if (status.status == RevocationStatus::unknown)
        look_for_crl(chain, index, at, status);
}

void RevocationCheck::look_for_response(const CertificateChain& chain, std::size_t index,
                                        const JudgedTime& at, CertificateRevocation& status) {
    const Certificate& certificate = chain[index];
    const Certificate& issuer = chain[index + 1];
    const std::vector<std::string> urls = ocsp_urls(certificate);
    if (urls.empty())
        return;
    const OcspQuestion question(certificate, issuer);
    const std::string key = kept_name(question);
    if (const auto kept = m_options.transport->kept(key, max_ocsp_response_size)) {
        CertificateRevocation told = status_by_response(*kept, chain, index, at);
        if (told.status != RevocationStatus::unknown) {
            status = std::move(told);
            return;
        }
    }
    for (const std::string& url : urls) {
        if (!may_fetch(std::string(key).append(" ").append(url)))
            continue;
        const auto answer = m_options.transport->ask(url, question.der(), max_ocsp_response_size);
        if (!answer.body) {
            status.text = answer.trouble;
            continue;
        }
        status = status_by_response(*answer.body, chain, index, at, &question);
        if (status.status != RevocationStatus::unknown) {
            m_options.transport->keep(key, *answer.body);
            if (m_responses.size() < max_responses)
                m_responses.push_back(*answer.body);
            return;
        }
    }
}

void RevocationCheck::look_for_crl(const CertificateChain& chain, std::size_t index, const JudgedTime& at,
                                   CertificateRevocation& status) {
    if (!m_fetched_crls.empty()) {
        CertificateRevocation told = status_by_crls(chain, m_fetched_crls, m_candidates, at)[index];
        if (told.status != RevocationStatus::unknown) {
            status = std::move(told);
            return;
        }
    }
    for (const std::string& url : crl_urls(chain[index])) {
        if (const auto kept = m_options.transport->kept(kept_name(url), max_crl_size))
            if (use_fetched_crl(*kept, chain, index, at, status))
                return;
        if (fetch_crl(url, chain, index, at, status))
            return;
    }
}

bool RevocationCheck::fetch_crl(const std::string& url, const CertificateChain& chain, std::size_t index,
                                const JudgedTime& at, CertificateRevocation& status) {
    const std::string key = kept_name(url);
    if (!may_fetch(key))
        return false;
    const auto answer = m_options.transport->get(url, max_crl_size);
    if (!answer.body) {
        status.text = answer.trouble;
        return false;
    }
    if (!use_fetched_crl(*answer.body, chain, index, at, status))
        return false;
    // Not in the place of a newer one, which may be what told.
    const X509CrlPtr crl = parse_crl(*answer.body);
    if (!has_newer(m_fetched_crls, *crl))
        m_options.transport->keep(key, *answer.body);
    return true;
}

void RevocationCheck::look_for_delta(const CertificateChain& chain, std::size_t index, const JudgedTime& at,
                                     CertificateRevocation& status, bool fetch) {
    for (const std::string& url : delta_crl_urls(chain[index])) {
        const std::string key = kept_name(url);
        CertificateRevocation told;
        if (const auto kept = m_options.transport->kept(key, max_crl_size))
            told = status_with_delta(*kept, chain, index, at, fetch);
        if (told.status == RevocationStatus::unknown && fetch && may_fetch(key))
            if (const auto answer = m_options.transport->get(url, max_crl_size); answer.body)
                m_fetched_deltas[url] = *answer.body;
        const auto fetched = m_fetched_deltas.find(url);
        if (told.status == RevocationStatus::unknown && fetched != m_fetched_deltas.end()) {
            told = status_with_delta(fetched->second, chain, index, at, fetch);
            if (told.status != RevocationStatus::unknown)
                m_options.transport->keep(key, fetched->second);
        }
        merge(status, std::move(told));
        if (status.status == RevocationStatus::revoked)
            return;
    }
}

// OpenSSL does not ask for the time of a delta CRL, and passes over one that does not belong to its CRL: then
// it is the CRL alone that says that all is well.
CertificateRevocation RevocationCheck::status_with_delta(const Bytes& der, const CertificateChain& chain,
                                                         std::size_t index, const JudgedTime& at,
                                                         bool fetch) {
    X509CrlPtr delta;
    try {
        delta = parse_crl(der);
    } catch (const Error&) {
        return {};
    }
    if ((!m_legacy && has_weak_hash(*delta)) || !is_signed_by_issuer(*delta, chain, m_candidates, at))
        return {};
    CertificateRevocation status;
    const auto all = {&m_given_crls, &m_message_crls, &m_fetched_crls};
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
bool RevocationCheck::use_fetched_crl(const Bytes& der, const CertificateChain& chain, std::size_t index,
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
        if (std::none_of(m_fetched_crls.begin(), m_fetched_crls.end(), is_same))
            m_fetched_crls.push_back(std::move(crl));
    } catch (const Error&) {
        status.text = "what should be its CRL is none";
        return false;
    }
    status = status_by_crls(chain, m_fetched_crls, m_candidates, at)[index];
    return status.status != RevocationStatus::unknown;
}

bool RevocationCheck::may_fetch(const std::string& what) {
    return m_options.mode != RevocationMode::given && m_fetched.size() < max_fetched &&
           m_fetched.insert(what).second;
}

}  // namespace signet::cms
