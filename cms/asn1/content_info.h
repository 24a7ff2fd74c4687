// RFC 5652 section 3: ContentInfo, the envelope of every CMS message, for the content types that Signet
// reads.
#pragma once

#include "cms/asn1/rfc5083.h"

namespace signet::cms::asn1 {

struct ContentInfo {
    ASN1_OBJECT* content_type;
    /// By content_type: id-signedData, id-envelopedData, id-ct-authEnvelopedData, anything else.
    union {
        SignedData* signed_data;
        EnvelopedData* enveloped_data;
        AuthEnvelopedData* auth_enveloped_data;
        ASN1_TYPE* other;
    } d;
};
DECLARE_ASN1_ITEM(ContentInfo)

template <>
inline constexpr auto item_of<ContentInfo> = &ContentInfo_it;

}  // namespace signet::cms::asn1
