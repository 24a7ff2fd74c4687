#include "cms/asn1/rfc6211.h"

namespace signet::cms::asn1 {

// It would take the macros of a template for expressions.
// clang-format off

// CMSAlgorithmProtection ::= SEQUENCE {
//   digestAlgorithm DigestAlgorithmIdentifier,
//   signatureAlgorithm [1] SignatureAlgorithmIdentifier OPTIONAL,
//   macAlgorithm [2] MessageAuthenticationCodeAlgorithm OPTIONAL }                RFC 6211 section 2
ASN1_SEQUENCE(CMSAlgorithmProtection) = {
    ASN1_SIMPLE(CMSAlgorithmProtection, digest_algorithm, X509_ALGOR),
    ASN1_IMP_OPT(CMSAlgorithmProtection, signature_algorithm, X509_ALGOR, 1),
    ASN1_IMP_OPT(CMSAlgorithmProtection, mac_algorithm, X509_ALGOR, 2),
} ASN1_SEQUENCE_END(CMSAlgorithmProtection)

// clang-format on

}  // namespace signet::cms::asn1
