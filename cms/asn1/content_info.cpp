#include "cms/asn1/content_info.h"

#include <openssl/objects.h>

namespace signet::cms::asn1 {

// It would take the macros of a template for expressions.
// clang-format off

ASN1_ADB_TEMPLATE(ContentInfoOther) = ASN1_EXP(ContentInfo, d.other, ASN1_ANY, 0);

ASN1_ADB(ContentInfo) = {
    ADB_ENTRY(NID_pkcs7_signed, ASN1_EXP(ContentInfo, d.signed_data, SignedData, 0)),
    ADB_ENTRY(NID_pkcs7_enveloped, ASN1_EXP(ContentInfo, d.enveloped_data, EnvelopedData, 0)),
    ADB_ENTRY(NID_id_smime_ct_authEnvelopedData,
              ASN1_EXP(ContentInfo, d.auth_enveloped_data, AuthEnvelopedData, 0)),
} ASN1_ADB_END(ContentInfo, 0, content_type, nullptr, &ContentInfoOther_tt, nullptr);

// ContentInfo ::= SEQUENCE {
//   contentType ContentType,
//   content [0] EXPLICIT ANY DEFINED BY contentType }                             RFC 5652 section 3
ASN1_SEQUENCE(ContentInfo) = {
    ASN1_SIMPLE(ContentInfo, content_type, ASN1_OBJECT),
    ASN1_ADB_OBJECT(ContentInfo),
} ASN1_SEQUENCE_END(ContentInfo)

    // clang-format on

    ItemPtr<ASN1_OBJECT> read_content_type(BerReader & reader) {
    return decode<ASN1_OBJECT>(reader.element(Tag::object_identifier, max_object_identifier_size),
                               "content type");
}

int enter_content_info(BerReader& reader) {
    reader.enter(Tag::sequence);
    const auto type = read_content_type(reader);
    reader.enter(context(0));
    return OBJ_obj2nid(type.get());
}

void leave_content_info(BerReader& reader) {
    reader.leave();
    reader.leave();
    reader.finish();
}

}  // namespace signet::cms::asn1
