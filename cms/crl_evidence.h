// The CRLs of one verification: given, brought by the message, kept and fetched (RFC 5280 section 6.3).
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "cms/crl.h"
#include "cms/path_candidates.h"
#include "cms/path_settings.h"
#include "cms/revocation.h"
#include "cms/revocation_fetch.h"

namespace signet::cms {

/// One thread at a time.
class CrlEvidence {
  public:
    /// `candidates` may issue CRLs, if they have a path. With `legacy`, CRLs signed by weak algorithms count.
    /// `fetch` is the caller's, and must stay.
    CrlEvidence(const std::vector<std::shared_ptr<X509_CRL>>& given, std::vector<Certificate> candidates,
                bool legacy, RevocationFetch& fetch);

    /// Adds one that a message brings, unless there are too many.
    void add_from_message(X509CrlPtr crl);

    /// Adds to `statuses`, of each of `chain` but the anchor, what was given tells, and what the message
    /// brings: apart, so that a list of the sender's does not stand in the way of one that was given.
    void add_given(const CertificateChain& chain, const JudgedTime& at,
                   std::vector<CertificateRevocation>& statuses) const;
    void add_message(const CertificateChain& chain, const JudgedTime& at,
                     std::vector<CertificateRevocation>& statuses) const;
    /// That of the certificate at `index` by what was kept.
    [[nodiscard]] CertificateRevocation by_kept(const CertificateChain& chain, std::size_t index,
                                                const JudgedTime& at);
    /// Looks for it in what was fetched for others, what was kept, and what can be fetched.
    void look_for_crl(const CertificateChain& chain, std::size_t index, const JudgedTime& at,
                      CertificateRevocation& status);
    /// A delta CRL may tell of a revocation since the CRL, wherever from, that says that the certificate is
    /// good. What is kept is looked at; with `fetch`, what is there too.
    void look_for_delta(const CertificateChain& chain, std::size_t index, const JudgedTime& at,
                        CertificateRevocation& status, bool fetch);

  private:
    void add(const std::vector<X509CrlPtr>& crls, const CertificateChain& chain, const JudgedTime& at,
             std::vector<CertificateRevocation>& statuses) const;
    /// As the certificate at `index` says, and the CRLs that its issuer signed.
    [[nodiscard]] std::vector<std::string> delta_urls(const CertificateChain& chain, std::size_t index,
                                                      const JudgedTime& at) const;
    /// Whether the CRL at `url` tells; then it is kept.
    bool fetch_crl(const std::string& url, const CertificateChain& chain, std::size_t index,
                   const JudgedTime& at, CertificateRevocation& status);
    bool use_fetched(const Bytes& der, const CertificateChain& chain, std::size_t index, const JudgedTime& at,
                     CertificateRevocation& status);
    /// Revoked, or good if the delta CRL `der` is in time and not older than the CRLs that are here; with
    /// `fetch`, a CRL that it belongs to is fetched if there is none.
    [[nodiscard]] CertificateRevocation status_with_delta(const Bytes& der, const CertificateChain& chain,
                                                          std::size_t index, const JudgedTime& at,
                                                          bool fetch);

    std::vector<Certificate> m_candidates;
    bool m_legacy;
    RevocationFetch& m_fetch;
    std::vector<X509CrlPtr> m_given;
    std::vector<X509CrlPtr> m_of_message;
    std::vector<X509CrlPtr> m_fetched;
    /// By URL. Each is looked at for itself: one that is out of date would stand in the way of others.
    std::map<std::string, Bytes> m_fetched_deltas;
};

}  // namespace signet::cms
