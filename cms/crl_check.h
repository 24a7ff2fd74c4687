// What CRLs say of the certificates of a path (RFC 5280 section 6.3).
#pragma once

#include <span>
#include <vector>

#include "cms/openssl_ptr.h"
#include "cms/path_candidates.h"
#include "cms/path_settings.h"
#include "cms/revocation.h"

namespace signet::cms {

/// The status of each of `chain` but the anchor, by `crls` alone. A CRL counts if it is signed by an
/// authority of the chain, or by one of `candidates` with a path to the same anchor, is not out of date at
/// `at`, and covers the certificate and all reasons; one that is too old can still revoke if it is the newest
/// of its issuer, and one without nextUpdate is after a day. One that its issuer did not sign is passed over,
/// and hides no other. Where `at` is in the past, newer CRLs count too: what was revoked after `at`,
/// and was not compromised before, is good. The path must hold without CRLs.
[[nodiscard]] std::vector<CertificateRevocation> status_by_crls(const CertificateChain& chain,
                                                                std::span<const X509CrlPtr> crls,
                                                                std::span<const Certificate> candidates,
                                                                const JudgedTime& at);

/// Whether one of `chain`, or of `candidates` with a path to the same anchor at `at`, that has the name of
/// its issuer signed `crl`. That does not say that it may.
[[nodiscard]] bool is_signed_by_issuer(const X509_CRL& crl, const CertificateChain& chain,
                                       std::span<const Certificate> candidates, const JudgedTime& at);

}  // namespace signet::cms
