// RFC 5652 section 3: ContentInfo, the envelope of every CMS message, for the content types that Signet
// reads.
#pragma once

#include "cms/asn1/ber_reader.h"
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

/// Bytes of a CMSVersion, a small INTEGER.
inline constexpr std::size_t max_version_size = 16;

/// A content type, the next element of `reader`: at most 128 bytes. Throws as BerReader does.
[[nodiscard]] ItemPtr<ASN1_OBJECT> read_content_type(BerReader& reader);

/// Goes into the ContentInfo that `reader` stands before, up to its content: the content type, OpenSSL's NID.
/// Throws as BerReader does.
[[nodiscard]] int enter_content_info(BerReader& reader);

/// Goes out of it, whose content has been read; nothing may follow. Throws as BerReader does.
void leave_content_info(BerReader& reader);

}  // namespace signet::cms::asn1
