#include "cms/algorithm_identifier.h"
#include "cms/asn1/content_info.h"
#include "cms/asn1/rfc5084.h"
#include "cms/content_cipher.h"
#include "cms/enveloped_data.h"
#include "cms/error.h"

#include <openssl/objects.h>

namespace signet::cms {
namespace {

// Far above any mailing list, and low enough that nobody is kept busy for long.
constexpr int max_recipient_infos = 4096;
constexpr long default_icv_length = 12;

Bytes copy(const ASN1_STRING& string) {
    const BytesView octets = asn1::view_of(string);
    return {octets.begin(), octets.end()};
}

struct ContentEncryption {
    ContentCipher cipher;
    Bytes iv;
    std::size_t tag_size = 0;
};

// AES-IV ::= OCTET STRING (SIZE(16))                                              RFC 3565 section 4.1
Bytes read_iv(ContentCipher cipher, const ASN1_TYPE* parameter) {
    if (parameter == nullptr || parameter->type != V_ASN1_OCTET_STRING ||
        asn1::view_of(*parameter->value.octet_string).size() != iv_size(cipher))
        throw Error(ErrorCode::malformed, "malformed AES-CBC parameters");
    return copy(*parameter->value.octet_string);
}

ContentEncryption read_gcm(ContentCipher cipher, const ASN1_TYPE* parameter) {
    const auto gcm = asn1::decode<asn1::GCMParameters>(asn1::sequence_in(parameter), "AES-GCM parameters");
    const long length = gcm->icv_length == nullptr ? default_icv_length : ASN1_INTEGER_get(gcm->icv_length);
    if (asn1::view_of(*gcm->nonce).size() != iv_size(cipher) || length < 0 ||
        !is_tag_size(static_cast<std::size_t>(length)))
        throw Error(ErrorCode::malformed, "AES-GCM needs a nonce of 12 bytes and a tag of 12 to 16 bytes");
    return {cipher, copy(*gcm->nonce), static_cast<std::size_t>(length)};
}

ContentEncryption read_content_encryption(const X509_ALGOR& algorithm) {
    const auto cipher = cipher_from_nid(algorithm_nid(algorithm));
    if (!cipher)
        throw Error(ErrorCode::unsupported,
                    "the content cipher " + algorithm_name(algorithm) + " is not supported");
    if (is_aead(*cipher))
        return read_gcm(*cipher, algorithm.parameter);
    return {*cipher, read_iv(*cipher, algorithm.parameter)};
}

/// What both structures have in common.
EnvelopedMessage read_common(const asn1::RecipientInfos* recipient_infos,
                             const asn1::EncryptedContentInfo& content, bool authenticated) {
    EnvelopedMessage message;
    message.authenticated = authenticated;
    const int count = asn1::sk_RecipientInfo_num(recipient_infos);
    if (count < 1 || count > max_recipient_infos)
        throw Error(ErrorCode::malformed, "no recipients, or more than 4096");
    for (int i = 0; i < count; ++i)
        message.recipient_infos.push_back(asn1::encode(*asn1::sk_RecipientInfo_value(recipient_infos, i)));

    ContentEncryption encryption = read_content_encryption(*content.content_encryption_algorithm);
    if (is_aead(encryption.cipher) != authenticated)
        throw Error(ErrorCode::malformed, authenticated
                                              ? "an AuthEnvelopedData whose cipher does not authenticate"
                                              : "an EnvelopedData with a cipher of AuthEnvelopedData");
    message.cipher = encryption.cipher;
    message.content_encryption_algorithm = asn1::encode(*content.content_encryption_algorithm);
    message.content_type = object_text(*content.content_type);
    message.iv = std::move(encryption.iv);
    if (content.encrypted_content == nullptr)
        throw Error(ErrorCode::malformed, "an encrypted message without its content");
    message.encrypted_content = copy(*content.encrypted_content);
    message.tag.resize(encryption.tag_size);
    return message;
}

EnvelopedMessage read_enveloped(const asn1::EnvelopedData& data) {
    if (data.version != 0 && data.version != 2 && data.version != 3 && data.version != 4)
        throw Error(ErrorCode::malformed, "an EnvelopedData of an unknown version");
    return read_common(data.recipient_infos, *data.encrypted_content_info, false);
}

EnvelopedMessage read_auth_enveloped(const asn1::AuthEnvelopedData& data) {
    if (data.version != 0)
        throw Error(ErrorCode::malformed, "an AuthEnvelopedData of an unknown version");
    EnvelopedMessage message = read_common(data.recipient_infos, *data.auth_encrypted_content_info, true);
    if (asn1::view_of(*data.mac).size() != message.tag.size())
        throw Error(ErrorCode::malformed, "a tag of another length than its parameters say");
    message.tag = copy(*data.mac);
    if (data.auth_attributes != nullptr)
        message.authenticated_attributes = asn1::encode(*data.auth_attributes);
    return message;
}

}  // namespace

EnvelopedMessage parse_enveloped(BytesView message) {
    const auto info = asn1::decode<asn1::ContentInfo>(message, "encrypted message");
    switch (OBJ_obj2nid(info->content_type)) {
        case NID_pkcs7_enveloped:
            return read_enveloped(*info->d.enveloped_data);
        case NID_id_smime_ct_authEnvelopedData:
            return read_auth_enveloped(*info->d.auth_enveloped_data);
        default:
            throw Error(ErrorCode::malformed, "not an encrypted message");
    }
}

ContentCipher parse_content_encryption_algorithm(BytesView der) {
    return read_content_encryption(*asn1::decode<X509_ALGOR>(der, "content-encryption algorithm")).cipher;
}

}  // namespace signet::cms
