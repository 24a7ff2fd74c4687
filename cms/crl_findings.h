// What OpenSSL finds in CRLs about the certificates of a path (RFC 5280 section 6.3.3).
#pragma once

#include <openssl/types.h>

#include <span>
#include <string>
#include <vector>

#include "cms/openssl_ptr.h"
#include "cms/path_candidates.h"
#include "cms/path_settings.h"
#include "cms/revocation.h"

namespace signet::cms {

/// The entry of `crl` about `certificate`; null without. It is the CRL's.
[[nodiscard]] const X509_REVOKED* entry_of(X509_CRL& crl, X509& certificate);
/// What it says: revoked, since when and why.
[[nodiscard]] CertificateRevocation revocation_by(const X509_REVOKED& entry);

/// OpenSSL's error (X509_V_ERR_...) about a CRL, as a clause for people.
[[nodiscard]] std::string of_its_crl(int error);

/// The status of each of `chain` but the anchor by the CRLs that OpenSSL chooses of `crls`. Where `at` is in
/// the past, a CRL that was issued since counts too. The path must hold without CRLs.
[[nodiscard]] std::vector<CertificateRevocation> status_by_openssl(const CertificateChain& chain,
                                                                   std::span<const X509CrlPtr> crls,
                                                                   std::span<const Certificate> candidates,
                                                                   const JudgedTime& at);

}  // namespace signet::cms
