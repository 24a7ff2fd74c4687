// Whether the certificates of a path were revoked, by all that is there to tell.
#pragma once

#include <map>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "cms/crl.h"
#include "cms/ocsp.h"
#include "cms/path_candidates.h"
#include "cms/path_settings.h"
#include "cms/revocation.h"

namespace signet::cms {

/// The evidence of one verification. One thread at a time.
class RevocationCheck {
  public:
    /// `candidates` may issue CRLs, if they have a path. With `legacy`, evidence signed by weak algorithms
    /// counts. Throws Error(malformed) if one of the options' CRLs is none.
    RevocationCheck(RevocationOptions options, std::vector<Certificate> candidates, bool legacy);

    /// Adds what a message brings: DER of one RevocationInfoChoice (RFC 5652 section 10.2.1). It is passed
    /// over if it cannot be read, or there is too much already.
    void add_from_message(BytesView revocation_info_choice);

    /// The status of each of `chain` but the anchor. The path must hold, as far as it does not depend on
    /// this: what it names is what is fetched.
    [[nodiscard]] std::vector<CertificateRevocation> statuses(const CertificateChain& chain,
                                                              const JudgedTime& at);

    [[nodiscard]] RevocationMode mode() const noexcept { return m_options.mode; }

  private:
    void use_ocsp_of_message(const CertificateChain& chain, const JudgedTime& at,
                             std::vector<CertificateRevocation>& statuses);
    /// What `response` says of the certificate at `index` of `chain`.
    [[nodiscard]] CertificateRevocation status_by_response(BytesView response, const CertificateChain& chain,
                                                           std::size_t index, const JudgedTime& at,
                                                           const OcspQuestion* question = nullptr);
    /// Whether a responder whom the authority at the beginning of `issuers` certified counts: no CRL lists
    /// it, whatever since, and where it must be known one says so.
    [[nodiscard]] bool responder_counts(const Certificate& responder, const CertificateChain& issuers,
                                        const JudgedTime& at);
    [[nodiscard]] bool responder_counts_anew(const Certificate& responder, const CertificateChain& issuers,
                                             const JudgedTime& at);
    /// What is kept of the certificate at `index` of `chain`.
    [[nodiscard]] CertificateRevocation status_by_kept(const CertificateChain& chain, std::size_t index,
                                                       const JudgedTime& at);
    [[nodiscard]] CertificateRevocation status_by_kept_crls(const CertificateChain& chain, std::size_t index,
                                                            const JudgedTime& at);
    /// What is kept, and what can be fetched, about the certificate at `index` of `chain`.
    void look_further(const CertificateChain& chain, std::size_t index, const JudgedTime& at,
                      CertificateRevocation& status);
    void look_for_response(const CertificateChain& chain, std::size_t index, const JudgedTime& at,
                           CertificateRevocation& status);
    void look_for_crl(const CertificateChain& chain, std::size_t index, const JudgedTime& at,
                      CertificateRevocation& status);
    /// Whether the CRL at `url` tells; then it is kept.
    bool fetch_crl(const std::string& url, const CertificateChain& chain, std::size_t index,
                   const JudgedTime& at, CertificateRevocation& status);
    /// A delta CRL may tell of a revocation since the CRL, wherever from, that says that the certificate is
    /// good. What is kept is looked at; with `fetch`, what is there too.
    void look_for_delta(const CertificateChain& chain, std::size_t index, const JudgedTime& at,
                        CertificateRevocation& status, bool fetch);
    /// Revoked, or good if the delta CRL `der` is in time and not older than the CRLs that are here; with
    /// `fetch`, a CRL that it belongs to is fetched if there is none.
    [[nodiscard]] CertificateRevocation status_with_delta(const Bytes& der, const CertificateChain& chain,
                                                          std::size_t index, const JudgedTime& at,
                                                          bool fetch);
    bool use_fetched_crl(const Bytes& der, const CertificateChain& chain, std::size_t index,
                         const JudgedTime& at, CertificateRevocation& status);
    [[nodiscard]] bool may_fetch(const std::string& what);

    RevocationOptions m_options;
    std::vector<Certificate> m_candidates;
    bool m_legacy;
    std::size_t m_message_room;
    std::vector<X509CrlPtr> m_given_crls;
    std::vector<X509CrlPtr> m_message_crls;
    /// Of OCSP, from the message and fetched: each is signed for itself.
    std::vector<Bytes> m_responses;
    std::vector<X509CrlPtr> m_fetched_crls;
    /// By URL. Each is looked at for itself: one that is out of date would stand in the way of others.
    std::map<std::string, Bytes> m_fetched_deltas;
    /// Whether it counts: by its fingerprint, its issuer's and the time; of one chain.
    std::map<std::tuple<Bytes, Bytes, std::int64_t>, bool> m_responders;
    /// What was asked for, so that nothing is twice.
    std::set<std::string> m_fetched;
};

}  // namespace signet::cms
