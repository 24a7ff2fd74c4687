#include "cms/asn1/rfc8551.h"

namespace signet::cms::asn1 {

// It would take the macros of a template for expressions.
// clang-format off

// SMIMECapability ::= SEQUENCE {
//   capabilityID OBJECT IDENTIFIER,
//   parameters ANY DEFINED BY capabilityID OPTIONAL }                              RFC 8551 appendix A
ASN1_SEQUENCE(SMIMECapability) = {
    ASN1_SIMPLE(SMIMECapability, capability_id, ASN1_OBJECT),
    ASN1_OPT(SMIMECapability, parameters, ASN1_ANY),
} static_ASN1_SEQUENCE_END(SMIMECapability)

// SMIMECapabilities ::= SEQUENCE OF SMIMECapability                                RFC 8551 appendix A
ASN1_ITEM_TEMPLATE(SMIMECapabilities) =
    ASN1_EX_TEMPLATE_TYPE(ASN1_TFLG_SEQUENCE_OF, 0, SMIMECapabilities, SMIMECapability)
ASN1_ITEM_TEMPLATE_END(SMIMECapabilities)

// clang-format on

}  // namespace signet::cms::asn1
