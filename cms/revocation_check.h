// Whether the certificates of a path were revoked, by all that is there to tell.
#pragma once

#include <memory>
#include <vector>

#include "cms/crl_evidence.h"
#include "cms/ocsp_evidence.h"
#include "cms/path_candidates.h"
#include "cms/path_settings.h"
#include "cms/revocation.h"
#include "cms/revocation_fetch.h"

namespace signet::cms {

/// The evidence of one verification. One thread at a time.
class RevocationCheck {
  public:
    /// `candidates` may issue CRLs, if they have a path. With `legacy`, evidence signed by weak algorithms
    /// counts.
    RevocationCheck(const RevocationOptions& options, std::vector<Certificate> candidates, bool legacy);

    /// Adds what a message brings: DER of one RevocationInfoChoice (RFC 5652 section 10.2.1). It is passed
    /// over if it cannot be read, or there is too much already.
    void add_from_message(BytesView revocation_info_choice);

    /// The status of each of `chain` but the anchor. The path must hold, as far as it does not depend on
    /// this: what it names is what is fetched.
    [[nodiscard]] std::vector<CertificateRevocation> statuses(const CertificateChain& chain,
                                                              const JudgedTime& at);

    [[nodiscard]] RevocationMode mode() const noexcept { return m_fetch->mode(); }

  private:
    // Where they are does not change with this.
    std::unique_ptr<RevocationFetch> m_fetch;
    std::unique_ptr<CrlEvidence> m_crls;
    OcspEvidence m_responses;
    std::size_t m_message_room;
};

}  // namespace signet::cms
