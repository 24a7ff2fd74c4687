// Which certificate an IssuerAndSerialNumber means (RFC 5652 section 10.2.4).
#pragma once

#include <openssl/x509.h>

#include "cms/bytes.h"
#include "cms/certificate.h"

namespace signet::cms {

/// Issuer and serial number in a form that is for comparisons alone: the same for names of the same text,
/// whatever the types of their strings, and whether they came in DER or BER. Throws Error(failed) if OpenSSL
/// does.
[[nodiscard]] Bytes comparable_issuer_and_serial(const X509_NAME& issuer, const ASN1_INTEGER& serial);
/// The same of a certificate.
[[nodiscard]] Bytes comparable_issuer_and_serial(const Certificate& certificate);

}  // namespace signet::cms
