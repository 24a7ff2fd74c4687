// RFC 5083: AuthEnvelopedData.
#pragma once

#include "cms/asn1/rfc5652_enveloped_data.h"

namespace signet::cms::asn1 {

/// Section 2.1.
struct AuthEnvelopedData {
    std::int32_t version;
    OriginatorInfo* originator_info;
    STACK_OF(RecipientInfo) * recipient_infos;
    EncryptedContentInfo* auth_encrypted_content_info;
    Attributes* auth_attributes;
    ASN1_OCTET_STRING* mac;
    Attributes* unauth_attributes;
};
DECLARE_ASN1_ITEM(AuthEnvelopedData)

}  // namespace signet::cms::asn1
