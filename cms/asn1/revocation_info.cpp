#include "cms/asn1/revocation_info.h"

namespace signet::cms::asn1 {

// It would take the macros of a template for expressions.
// clang-format off

// OtherRevocationInfoFormat ::= SEQUENCE {
//   otherRevInfoFormat OBJECT IDENTIFIER,
//   otherRevInfo ANY DEFINED BY otherRevInfoFormat }                              RFC 5652 section 10.2.1
ASN1_SEQUENCE(OtherRevocationInfoFormat) = {
    ASN1_SIMPLE(OtherRevocationInfoFormat, format, ASN1_OBJECT),
    ASN1_SIMPLE(OtherRevocationInfoFormat, info, ASN1_ANY),
} ASN1_SEQUENCE_END(OtherRevocationInfoFormat)

// RevocationInfoChoice ::= CHOICE {
//   crl CertificateList,
//   other [1] IMPLICIT OtherRevocationInfoFormat }                                RFC 5652 section 10.2.1
ASN1_CHOICE(RevocationInfoChoice) = {
    ASN1_SIMPLE(RevocationInfoChoice, d.crl, ASN1_SEQUENCE),
    ASN1_IMP(RevocationInfoChoice, d.other, OtherRevocationInfoFormat, 1),
} ASN1_CHOICE_END(RevocationInfoChoice)

// clang-format on

}  // namespace signet::cms::asn1
