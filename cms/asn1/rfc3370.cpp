#include "cms/asn1/rfc3370.h"

namespace signet::cms::asn1 {

// It would take the macros of a template for expressions.
// clang-format off

// RC2CBCParameter ::= SEQUENCE {
//   rc2ParameterVersion INTEGER,
//   iv OCTET STRING }  -- exactly 8 octets                                        RFC 3370 section 5.2
ASN1_SEQUENCE(RC2CBCParameter) = {
    ASN1_SIMPLE(RC2CBCParameter, version, ASN1_INTEGER),
    ASN1_SIMPLE(RC2CBCParameter, iv, ASN1_OCTET_STRING),
} ASN1_SEQUENCE_END(RC2CBCParameter)

// clang-format on

}  // namespace signet::cms::asn1
