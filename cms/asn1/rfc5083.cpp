#include "cms/asn1/rfc5083.h"

namespace signet::cms::asn1 {

// It would take the macros of a template for expressions.
// clang-format off

// AuthEnvelopedData ::= SEQUENCE {
//   version CMSVersion,
//   originatorInfo [0] IMPLICIT OriginatorInfo OPTIONAL,
//   recipientInfos RecipientInfos,
//   authEncryptedContentInfo EncryptedContentInfo,
//   authAttrs [1] IMPLICIT AuthAttributes OPTIONAL,
//   mac MessageAuthenticationCode,
//   unauthAttrs [2] IMPLICIT UnauthAttributes OPTIONAL }                          RFC 5083 section 2.1
ASN1_SEQUENCE(AuthEnvelopedData) = {
    ASN1_EMBED(AuthEnvelopedData, version, INT32),
    ASN1_IMP_OPT(AuthEnvelopedData, originator_info, OriginatorInfo, 0),
    ASN1_SET_OF(AuthEnvelopedData, recipient_infos, RecipientInfo),
    ASN1_SIMPLE(AuthEnvelopedData, auth_encrypted_content_info, EncryptedContentInfo),
    ASN1_IMP_SET_OF_OPT(AuthEnvelopedData, auth_attributes, Attribute, 1),
    ASN1_SIMPLE(AuthEnvelopedData, mac, ASN1_OCTET_STRING),
    ASN1_IMP_SET_OF_OPT(AuthEnvelopedData, unauth_attributes, Attribute, 2),
} ASN1_SEQUENCE_END(AuthEnvelopedData)

// clang-format on

}  // namespace signet::cms::asn1
