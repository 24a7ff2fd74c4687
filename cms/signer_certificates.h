// Which certificates a SignerInfo may mean by its signer (RFC 5652 section 5.3).
#pragma once

#include <vector>

#include "cms/asn1/rfc5652_signed_data.h"
#include "cms/certificate.h"

namespace signet::cms {

/// Certificates that one SignerInfo may name, at most: each costs a signature's verification.
inline constexpr std::size_t max_named_certificates = 8;

/// The X.509 certificates in `data`, in its order.
[[nodiscard]] std::vector<Certificate> certificates_of(const asn1::SignedData& data);

/// Those of `certificates` that `sid` names, in order, each once, and no more than max_named_certificates.
/// The issuer's name must be the certificate's to the letter, but may be BER. Several are possible: a key
/// identifier is whatever the issuer wrote, and serial numbers are as unique as the issuer's name.
[[nodiscard]] std::vector<Certificate> named_by(const asn1::SignerIdentifier& sid,
                                                const std::vector<Certificate>& certificates);

}  // namespace signet::cms
