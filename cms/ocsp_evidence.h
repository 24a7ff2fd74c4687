// The OCSP responses of one verification: brought by the message, kept and fetched (RFC 6960).
#pragma once

#include <cstdint>
#include <map>
#include <tuple>
#include <vector>

#include "cms/crl_evidence.h"
#include "cms/ocsp.h"
#include "cms/path_candidates.h"
#include "cms/path_settings.h"
#include "cms/revocation.h"
#include "cms/revocation_fetch.h"

namespace signet::cms {

/// One thread at a time.
class OcspEvidence {
  public:
    /// `crls` tell of the responders. Both are the caller's, and must stay. With `legacy`, responses signed
    /// by weak algorithms count.
    OcspEvidence(bool legacy, RevocationFetch& fetch, CrlEvidence& crls);

    /// Adds DER of one that a message brings, unless it is too large or there are too many.
    void add_from_message(BytesView response);
    /// Another chain than before is judged.
    void begin_chain() { m_responders.clear(); }

    /// Adds to `statuses`, of each of `chain` but the anchor, what the message brings and what was fetched
    /// before tell.
    void add_message(const CertificateChain& chain, const JudgedTime& at,
                     std::vector<CertificateRevocation>& statuses);
    /// That of the certificate at `index` by what was kept.
    [[nodiscard]] CertificateRevocation by_kept(const CertificateChain& chain, std::size_t index,
                                                const JudgedTime& at);
    /// Looks for it in what was kept and what can be fetched.
    void look_for_response(const CertificateChain& chain, std::size_t index, const JudgedTime& at,
                           CertificateRevocation& status);

  private:
    /// What `response` says of the certificate at `index` of `chain`.
    [[nodiscard]] CertificateRevocation status_by(BytesView response, const CertificateChain& chain,
                                                  std::size_t index, const JudgedTime& at,
                                                  const OcspQuestion* question = nullptr);
    /// Whether a responder whom the authority at the beginning of `issuers` certified counts: no CRL lists
    /// it, whatever since, and where it must be known one says so.
    [[nodiscard]] bool responder_counts(const Certificate& responder, const CertificateChain& issuers,
                                        const JudgedTime& at);
    [[nodiscard]] bool responder_counts_anew(const Certificate& responder, const CertificateChain& issuers,
                                             const JudgedTime& at);

    bool m_legacy;
    RevocationFetch& m_fetch;
    CrlEvidence& m_crls;
    /// Each is signed for itself.
    std::vector<Bytes> m_responses;
    /// Whether it counts: by its fingerprint, its issuer's and the time; of one chain.
    std::map<std::tuple<Bytes, Bytes, std::int64_t>, bool> m_responders;
};

}  // namespace signet::cms
