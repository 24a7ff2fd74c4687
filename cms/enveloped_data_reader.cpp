#include "cms/enveloped_data_reader.h"
#include "cms/algorithm_identifier.h"
#include "cms/asn1/content_info.h"
#include "cms/asn1/rfc5084.h"
#include "cms/content_cipher.h"
#include "cms/error.h"

#include <openssl/objects.h>

#include <utility>

namespace signet::cms {
namespace {

using asn1::Tag;

constexpr char enveloped_data_name[] = "encrypted message";
constexpr std::size_t max_content_encryption_size = std::size_t{64} << 10;
constexpr std::size_t max_tag_field_size = 64;
constexpr long default_icv_length = 12;

Bytes copy(const ASN1_STRING& string) {
    const BytesView octets = asn1::view_of(string);
    return {octets.begin(), octets.end()};
}

struct CipherParameters {
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

CipherParameters read_gcm(ContentCipher cipher, const ASN1_TYPE* parameter) {
    const auto gcm = asn1::decode<asn1::GCMParameters>(asn1::sequence_in(parameter), "AES-GCM parameters");
    const long length = gcm->icv_length == nullptr ? default_icv_length : ASN1_INTEGER_get(gcm->icv_length);
    if (asn1::view_of(*gcm->nonce).size() != iv_size(cipher) || length < 0 ||
        !is_tag_size(static_cast<std::size_t>(length)))
        throw Error(ErrorCode::malformed, "AES-GCM needs a nonce of 12 bytes and a tag of 12 to 16 bytes");
    return {cipher, copy(*gcm->nonce), static_cast<std::size_t>(length)};
}

CipherParameters read_content_encryption(const X509_ALGOR& algorithm) {
    const auto cipher = cipher_from_nid(algorithm_nid(algorithm));
    if (!cipher)
        throw Error(ErrorCode::unsupported,
                    "the content cipher " + algorithm_name(algorithm) + " is not supported");
    if (is_aead(*cipher))
        return read_gcm(*cipher, algorithm.parameter);
    return {*cipher, read_iv(*cipher, algorithm.parameter)};
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

EnvelopedTail EnvelopedDataReader::read_rest() {
    EnvelopedTail tail;
    m_reader.leave();
    Bytes attributes = read_attributes(1);
    if (m_head.authenticated) {
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
