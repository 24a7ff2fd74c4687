// RFC 5035 (and RFC 2634 before it): which certificate a signer means.
#pragma once

#include "cms/asn1/codec.h"

#include <openssl/x509v3.h>

namespace signet::cms::asn1 {

/// Section 5.
struct IssuerSerial {
    STACK_OF(GENERAL_NAME) * issuer;
    ASN1_INTEGER* serial_number;
};

/// Section 4.
struct ESSCertIDv2 {
    /// Null for the default, SHA-256.
    X509_ALGOR* hash_algorithm;
    ASN1_OCTET_STRING* cert_hash;
    IssuerSerial* issuer_serial;
};
DEFINE_STACK_OF(ESSCertIDv2)

/// Section 3.
struct SigningCertificateV2 {
    STACK_OF(ESSCertIDv2) * certs;
    STACK_OF(POLICYINFO) * policies;
};
DECLARE_ASN1_ITEM(SigningCertificateV2)

/// Section 6, the first version, always with SHA-1.
struct ESSCertID {
    ASN1_OCTET_STRING* cert_hash;
    IssuerSerial* issuer_serial;
};
DEFINE_STACK_OF(ESSCertID)

/// RFC 2634 section 5.4.
struct SigningCertificate {
    STACK_OF(ESSCertID) * certs;
    STACK_OF(POLICYINFO) * policies;
};
DECLARE_ASN1_ITEM(SigningCertificate)

template <>
inline constexpr auto item_of<SigningCertificateV2> = &SigningCertificateV2_it;
template <>
inline constexpr auto item_of<SigningCertificate> = &SigningCertificate_it;

}  // namespace signet::cms::asn1
