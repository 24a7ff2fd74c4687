#include "cms/asn1/rfc5084.h"

namespace signet::cms::asn1 {

// It would take the macros of a template for expressions.
// clang-format off

// CCMParameters ::= SEQUENCE {
//   aes-nonce OCTET STRING (SIZE(7..13)),
//   aes-ICVlen AES-CCM-ICVlen DEFAULT 12 }
// AES-CCM-ICVlen ::= INTEGER (4 | 6 | 8 | 10 | 12 | 14 | 16)                      RFC 5084 section 3.1
ASN1_SEQUENCE(CCMParameters) = {
    ASN1_SIMPLE(CCMParameters, nonce, ASN1_OCTET_STRING),
    ASN1_OPT(CCMParameters, icv_length, ASN1_INTEGER),
} ASN1_SEQUENCE_END(CCMParameters)

// GCMParameters ::= SEQUENCE {
//   aes-nonce OCTET STRING,  -- recommended size is 12 octets
//   aes-ICVlen AES-GCM-ICVlen DEFAULT 12 }                                        RFC 5084 section 3.2
ASN1_SEQUENCE(GCMParameters) = {
    ASN1_SIMPLE(GCMParameters, nonce, ASN1_OCTET_STRING),
    ASN1_OPT(GCMParameters, icv_length, ASN1_INTEGER),
} ASN1_SEQUENCE_END(GCMParameters)

// clang-format on

}  // namespace signet::cms::asn1
