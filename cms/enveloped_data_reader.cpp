#include "cms/enveloped_data_reader.h"
#include "cms/algorithm_identifier.h"
#include "cms/asn1/content_info.h"
#include "cms/asn1/rfc3370.h"
#include "cms/asn1/rfc5084.h"
#include "cms/content_cipher.h"
#include "cms/content_types.h"
#include "cms/error.h"

#include <openssl/objects.h>

#include <optional>
#include <string>
#include <utility>

namespace signet::cms {
namespace {

using asn1::Tag;

constexpr char enveloped_data_name[] = "encrypted message";
constexpr std::size_t max_content_encryption_size = std::size_t{64} << 10;
constexpr std::size_t max_tag_field_size = 64;
constexpr long default_icv_length = 12;

bool may_be_tag_size(long size) noexcept {
    return size >= 0 && is_tag_size(static_cast<std::size_t>(size));
}

Bytes copy(const ASN1_STRING& string) {
    const BytesView octets = asn1::view_of(string);
    return {octets.begin(), octets.end()};
}

struct CipherParameters {
    ContentCipher cipher;
    Bytes iv;
    std::size_t tag_size = 0;
};

bool is_octets(const ASN1_TYPE* parameter, std::size_t size) noexcept {
    return parameter != nullptr && parameter->type == V_ASN1_OCTET_STRING &&
           asn1::view_of(*parameter->value.octet_string).size() == size;
}

// AES-IV ::= OCTET STRING (SIZE(16))                                              RFC 3565 section 4.1
// CBCParameter ::= IV  -- OCTET STRING, exactly 8 octets                          RFC 3370 section 5.1
CipherParameters read_cbc(ContentCipher cipher, const ASN1_TYPE* parameter) {
    if (!is_octets(parameter, iv_size(cipher)))
        throw Error(ErrorCode::malformed, cipher == ContentCipher::triple_des_cbc
                                              ? "malformed Triple-DES CBC parameters"
                                              : "malformed AES-CBC parameters");
    return {cipher, copy(*parameter->value.octet_string)};
}

// AEADChaCha20Poly1305Nonce ::= OCTET STRING (SIZE(12))                           RFC 8103 section 3
CipherParameters read_chacha20(const ASN1_TYPE* parameter) {
    constexpr ContentCipher cipher = ContentCipher::chacha20_poly1305;
    if (!is_octets(parameter, iv_size(cipher)))
        throw Error(ErrorCode::malformed, "malformed ChaCha20-Poly1305 parameters");
    return {cipher, copy(*parameter->value.octet_string), aead_tag_size};
}

// RFC 2268 section 6: a version stands for as many effective bits.
ContentCipher rc2_of_version(long version) {
    constexpr long version_of_40 = 160;
    constexpr long version_of_64 = 120;
    constexpr long version_of_128 = 58;
    switch (version) {
        case version_of_40:
            return ContentCipher::rc2_40_cbc;
        case version_of_64:
            return ContentCipher::rc2_64_cbc;
        case version_of_128:
            return ContentCipher::rc2_128_cbc;
        default:
            throw Error(ErrorCode::unsupported,
                        "RC2 with another number of effective bits than 40, 64 and 128 is not supported");
    }
}

CipherParameters read_rc2(const ASN1_TYPE* parameter) {
    const auto rc2 = asn1::decode<asn1::RC2CBCParameter>(asn1::sequence_in(parameter), "RC2-CBC parameters");
    const ContentCipher cipher = rc2_of_version(ASN1_INTEGER_get(rc2->version));
    if (asn1::view_of(*rc2->iv).size() != iv_size(cipher))
        throw Error(ErrorCode::malformed, "malformed RC2-CBC parameters");
    return {cipher, copy(*rc2->iv)};
}

CipherParameters read_gcm(ContentCipher cipher, const ASN1_TYPE* parameter) {
    const auto gcm = asn1::decode<asn1::GCMParameters>(asn1::sequence_in(parameter), "AES-GCM parameters");
    const long length = gcm->icv_length == nullptr ? default_icv_length : ASN1_INTEGER_get(gcm->icv_length);
    if (!is_iv_size(cipher, asn1::view_of(*gcm->nonce).size()) || !may_be_tag_size(length))
        throw Error(ErrorCode::malformed, "AES-GCM needs a nonce of 12 bytes and a tag of 12 to 16 bytes");
    return {cipher, copy(*gcm->nonce), static_cast<std::size_t>(length)};
}

CipherParameters read_ccm(ContentCipher cipher, const ASN1_TYPE* parameter) {
    const auto ccm = asn1::decode<asn1::CCMParameters>(asn1::sequence_in(parameter), "AES-CCM parameters");
    const long length = ccm->icv_length == nullptr ? default_icv_length : ASN1_INTEGER_get(ccm->icv_length);
    if (!is_iv_size(cipher, asn1::view_of(*ccm->nonce).size()) || !may_be_tag_size(length) || length % 2 != 0)
        throw Error(ErrorCode::malformed,
                    "AES-CCM needs a nonce of 7 to 13 bytes and a tag of 12, 14 or 16 bytes");
    return {cipher, copy(*ccm->nonce), static_cast<std::size_t>(length)};
}

CipherParameters read_content_encryption(const X509_ALGOR& algorithm) {
    const auto cipher = cipher_from_oid(object_text(*algorithm.algorithm));
    if (!cipher)
        throw Error(ErrorCode::unsupported,
                    "the content cipher " + algorithm_name(algorithm) + " is not supported");
    switch (*cipher) {
        case ContentCipher::aes128_cbc:
        case ContentCipher::aes192_cbc:
        case ContentCipher::aes256_cbc:
        case ContentCipher::triple_des_cbc:
            return read_cbc(*cipher, algorithm.parameter);
        case ContentCipher::aes128_gcm:
        case ContentCipher::aes192_gcm:
        case ContentCipher::aes256_gcm:
            return read_gcm(*cipher, algorithm.parameter);
        case ContentCipher::chacha20_poly1305:
            return read_chacha20(algorithm.parameter);
        case ContentCipher::aes128_ccm:
        case ContentCipher::aes192_ccm:
        case ContentCipher::aes256_ccm:
            return read_ccm(*cipher, algorithm.parameter);
        case ContentCipher::rc2_128_cbc:
        case ContentCipher::rc2_64_cbc:
        case ContentCipher::rc2_40_cbc:
            break;
    }
    return read_rc2(algorithm.parameter);
}

bool is_version(const Bytes& integer, bool authenticated) {
    const auto version = asn1::decode<ASN1_INTEGER>(integer, enveloped_data_name);
    const long number = ASN1_INTEGER_get(version.get());
    return number == 0 || (!authenticated && (number == 2 || number == 3 || number == 4));
}

/// Reads an element with an implicit tag as what it is.
template <typename T>
asn1::ItemPtr<T> decode_as(Tag tag, Bytes element) {
    element.front() = static_cast<std::uint8_t>(tag);
    return asn1::decode<T>(element, enveloped_data_name);
}

}  // namespace

// See the grammars in asn1/rfc5652_enveloped_data.cpp and asn1/rfc5083.cpp.
EnvelopedDataReader::EnvelopedDataReader(ByteSource source)
    : m_reader(std::move(source), enveloped_data_name) {
    const int type = asn1::enter_content_info(m_reader);
    m_head.authenticated = type == NID_id_smime_ct_authEnvelopedData;
    if (!m_head.authenticated && type != NID_pkcs7_enveloped)
        throw Error(ErrorCode::malformed, "not an encrypted message");
    m_reader.enter(Tag::sequence);
    if (!is_version(m_reader.element(Tag::integer, asn1::max_version_size), m_head.authenticated))
        throw Error(ErrorCode::malformed, m_head.authenticated ? "an AuthEnvelopedData of an unknown version"
                                                               : "an EnvelopedData of an unknown version");
    // Nothing of it is used, but it must be what it says.
    Bytes originator = m_reader.element_if(asn1::context(0), max_originator_info_size);
    if (!originator.empty())
        static_cast<void>(decode_as<asn1::OriginatorInfo>(Tag::sequence, std::move(originator)));
    read_recipient_infos();

    m_reader.enter(Tag::sequence);
    m_head.content_type = object_text(*asn1::read_content_type(m_reader));
    const auto algorithm = asn1::decode<X509_ALGOR>(
        m_reader.element(Tag::sequence, max_content_encryption_size), enveloped_data_name);
    CipherParameters encryption = read_content_encryption(*algorithm);
    if (is_aead(encryption.cipher) != m_head.authenticated)
        throw Error(ErrorCode::malformed, m_head.authenticated
                                              ? "an AuthEnvelopedData whose cipher does not authenticate"
                                              : "an EnvelopedData with a cipher of AuthEnvelopedData");
    m_head.cipher = encryption.cipher;
    m_head.content_encryption_algorithm = asn1::encode(*algorithm);
    m_head.iv = std::move(encryption.iv);
    m_head.tag_size = encryption.tag_size;
    if (!m_reader.next_is_string(asn1::context_primitive(0)))
        throw Error(ErrorCode::malformed, "an encrypted message without its content");
}

void EnvelopedDataReader::read_recipient_infos() {
    m_reader.enter(Tag::set);
    std::size_t left = max_recipient_infos_size;
    while (!m_reader.at_end()) {
        if (m_head.recipient_infos.size() == max_recipient_infos)
            throw Error(ErrorCode::malformed,
                        "more than " + std::to_string(max_recipient_infos) + " recipients");
        const Bytes info = m_reader.element(max_recipient_infos_size);
        if (info.size() > left)
            throw Error(ErrorCode::malformed,
                        "recipients above " + std::to_string(max_recipient_infos_size) + " bytes");
        left -= info.size();
        m_head.recipient_infos.push_back(
            asn1::encode(*asn1::decode<asn1::RecipientInfo>(info, enveloped_data_name)));
    }
    if (m_head.recipient_infos.empty())
        throw Error(ErrorCode::malformed, "no recipients");
    m_reader.leave();
}

void EnvelopedDataReader::read_content(const ByteSink& sink) {
    m_reader.octets(asn1::context_primitive(0), sink);
}

/// DER of the SET OF, as it is authenticated (RFC 5083 section 2.2); empty where there are none.
Bytes EnvelopedDataReader::read_attributes(unsigned tag_number) {
    Bytes element = m_reader.element_if(asn1::context(tag_number), max_enveloped_attributes_size);
    if (element.empty())
        return {};
    return asn1::encode(*decode_as<asn1::Attributes>(Tag::set, std::move(element)));
}

// Any other type than id-data needs attributes, among them its own name: nothing else protects it from
// alteration (RFC 5083 section 2.1, RFC 5652 section 11.1).
void EnvelopedDataReader::check_authenticated_type(const Bytes& attributes) const {
    std::optional<std::string> named;
    if (!attributes.empty()) {
        const auto set = asn1::decode<asn1::Attributes>(attributes, enveloped_data_name);
        for (int i = 0; i < asn1::sk_Attribute_num(set.get()); ++i) {
            const asn1::Attribute& attribute = *asn1::sk_Attribute_value(set.get(), i);
            if (OBJ_obj2nid(attribute.type) != NID_pkcs9_contentType)
                continue;
            const ASN1_TYPE* value = sk_ASN1_TYPE_value(attribute.values, 0);
            if (named || sk_ASN1_TYPE_num(attribute.values) != 1 || value->type != V_ASN1_OBJECT)
                throw Error(ErrorCode::malformed,
                            "an AuthEnvelopedData with a malformed content-type attribute");
            named = object_text(*value->value.object);
        }
    }
    if (named.value_or(id_data) != m_head.content_type)
        throw Error(ErrorCode::malformed,
                    "an AuthEnvelopedData whose content type is not the authenticated one");
}

EnvelopedTail EnvelopedDataReader::read_rest() {
    EnvelopedTail tail;
    m_reader.leave();
    Bytes attributes = read_attributes(1);
    if (m_head.authenticated) {
        check_authenticated_type(attributes);
        tail.authenticated_attributes = std::move(attributes);
        tail.tag = m_reader.octets(Tag::octet_string, max_tag_field_size);
        if (tail.tag.size() != m_head.tag_size)
            throw Error(ErrorCode::malformed, "a tag of another length than its parameters say");
        static_cast<void>(read_attributes(2));
    }
    m_reader.leave();
    asn1::leave_content_info(m_reader);
    return tail;
}

EnvelopedMessage parse_enveloped(BytesView message) {
    EnvelopedDataReader reader(memory_source(message));
    EnvelopedMessage parsed;
    static_cast<EnvelopedHead&>(parsed) = reader.head();
    parsed.encrypted_content.reserve(message.size());
    reader.read_content(appending_to(parsed.encrypted_content));
    static_cast<EnvelopedTail&>(parsed) = reader.read_rest();
    return parsed;
}

ContentCipher parse_content_encryption_algorithm(BytesView der) {
    return read_content_encryption(*asn1::decode<X509_ALGOR>(der, "content-encryption algorithm")).cipher;
}

}  // namespace signet::cms
