#include "cms/certification_request.h"

#include "cms/algorithm_identifier.h"
#include "cms/asn1/der.h"
#include "cms/email_address.h"
#include "cms/error.h"
#include "cms/openssl_ptr.h"

#include <openssl/err.h>
#include <openssl/objects.h>

#include <array>

namespace signet::cms {
namespace {

using asn1::Tag;
using asn1::tlv;

constexpr std::uint8_t whole = 0;

// RelativeDistinguishedName ::= SET SIZE (1..MAX) OF AttributeTypeAndValue          RFC 5280 section 4.1.2.4
Bytes name_part(int type, Tag tag, const std::string& value) {
    const Bytes pair = tlv(Tag::sequence, {asn1::object_identifier(type), tlv(tag, {as_bytes(value)})});
    return tlv(Tag::set, {pair});
}

Bytes subject_name(const CertificateSubject& subject) {
    Bytes parts;
    const auto add = [&parts](int type, const std::string& value, Tag tag = Tag::utf8_string) {
        if (!value.empty())
            asn1::append(parts, name_part(type, tag, value));
    };
    add(NID_countryName, subject.country, Tag::printable_string);
    add(NID_organizationName, subject.organisation);
    add(NID_surname, subject.surname);
    add(NID_givenName, subject.given_name);
    add(NID_commonName, subject.common_name);
    return tlv(Tag::sequence, {parts});
}

// GeneralName ::= CHOICE {
//   otherName [0] OtherName,
//   rfc822Name [1] IA5String, ... }
// OtherName ::= SEQUENCE {
//   type-id OBJECT IDENTIFIER,
//   value [0] EXPLICIT ANY DEFINED BY type-id }                                   RFC 5280 section 4.2.1.6
Bytes mailbox_name(const std::string& email) {
    if (is_ascii(email))
        return tlv(asn1::context_primitive(1), {as_bytes(email)});
    const Bytes mailbox = tlv(Tag::utf8_string, {as_bytes(email)});
    return tlv(asn1::context(0),
               {asn1::object_identifier(NID_id_on_SmtpUTF8Mailbox), tlv(asn1::context(0), {mailbox})});
}

Bytes alternative_names(const std::vector<std::string>& emails) {
    Bytes names;
    for (const std::string& email : emails)
        asn1::append(names, mailbox_name(email));
    return tlv(Tag::sequence, {names});
}

// KeyUsage ::= BIT STRING { digitalSignature (0), ..., keyEncipherment (2), dataEncipherment (3),
//   keyAgreement (4), ... }                                                        RFC 5280 section 4.2.1.3
Bytes key_usage(const CertificateSubject& subject, KeyKind kind) {
    std::uint8_t bits = subject.sign ? 0x80 : 0;
    std::uint8_t unused = 7;
    if (subject.decrypt && kind != KeyKind::edwards) {
        const unsigned number = kind == KeyKind::rsa ? 2 : 4;
        bits = static_cast<std::uint8_t>(bits | (0x80U >> number));
        unused = static_cast<std::uint8_t>(7 - number);
    }
    return tlv(Tag::bit_string, {{&unused, 1}, {&bits, 1}});
}

// Extension ::= SEQUENCE {
//   extnID OBJECT IDENTIFIER,
//   critical BOOLEAN DEFAULT FALSE,
//   extnValue OCTET STRING }                                                       RFC 5280 section 4.1
Bytes extension(int type, bool critical, BytesView value) {
    constexpr std::array<std::uint8_t, 3> is_critical = {0x01, 0x01, 0xFF};
    return tlv(Tag::sequence, {asn1::object_identifier(type), critical ? BytesView(is_critical) : BytesView(),
                               tlv(Tag::octet_string, {value})});
}

// extensionRequest ATTRIBUTE ::= { WITH SYNTAX ExtensionRequest, SINGLE VALUE TRUE, ID
// pkcs-9-at-extensionRequest }
//                                                                                  RFC 2985 section 5.4.2
Bytes extension_request(const CertificateSubject& subject, KeyKind kind) {
    // A subjectAltName beside an empty subject is critical (RFC 5280 section 4.2.1.6).
    const bool is_nameless =
        subject.common_name.empty() && subject.surname.empty() && subject.given_name.empty();
    const Bytes names = extension(NID_subject_alt_name, is_nameless, alternative_names(subject.emails));
    const Bytes usage = extension(NID_key_usage, true, key_usage(subject, kind));
    const Bytes purpose =
        extension(NID_ext_key_usage, false, tlv(Tag::sequence, {asn1::object_identifier(NID_email_protect)}));
    const Bytes extensions = tlv(Tag::sequence, {names, usage, purpose});
    return tlv(Tag::sequence, {asn1::object_identifier(NID_ext_req), tlv(Tag::set, {extensions})});
}

Bytes signature_identifier(const RequestSignature& signature) {
    if (signature.scheme == SignatureScheme::rsa_pkcs1)
        return algorithm_identifier(NID_sha256WithRSAEncryption, tlv(Tag::null, {}));
    return signature_algorithm_identifier(signature.scheme, signature.digest);
}

}  // namespace

// CertificationRequestInfo ::= SEQUENCE {
//   version INTEGER { v1(0) },
//   subject Name,
//   subjectPKInfo SubjectPublicKeyInfo,
//   attributes [0] Attributes }                                                    RFC 2986 section 4.1
Bytes certification_request_info(const CertificateSubject& subject, const PublicKey& public_key) {
    return tlv(Tag::sequence, {asn1::integer(0), subject_name(subject), public_key.subject_public_key_info(),
                               tlv(asn1::context(0), {extension_request(subject, public_key.kind())})});
}

RequestSignature request_signature(const PublicKey& public_key) {
    if (public_key.kind() == KeyKind::rsa)
        return {SignatureScheme::rsa_pkcs1, DigestAlgorithm::sha256};
    if (public_key.kind() == KeyKind::edwards && EVP_PKEY_is_a(&public_key.get(), "ED448") == 1)
        return {SignatureScheme::ed448, DigestAlgorithm::shake256};
    if (public_key.kind() == KeyKind::edwards)
        return {SignatureScheme::ed25519, DigestAlgorithm::sha512};
    if (public_key.kind() != KeyKind::ec)
        throw Error(ErrorCode::unsupported, "a " + public_key.name() + " key signs no request here");
    const int bits = EVP_PKEY_get_bits(&public_key.get());
    if (bits <= 256)
        return {SignatureScheme::ecdsa, DigestAlgorithm::sha256};
    return {SignatureScheme::ecdsa, bits <= 384 ? DigestAlgorithm::sha384 : DigestAlgorithm::sha512};
}

// CertificationRequest ::= SEQUENCE {
//   certificationRequestInfo CertificationRequestInfo,
//   signatureAlgorithm AlgorithmIdentifier,
//   signature BIT STRING }                                                         RFC 2986 section 4.2
Bytes certification_request(BytesView info, const PublicKey& public_key, BytesView value) {
    Bytes request = tlv(Tag::sequence, {info, signature_identifier(request_signature(public_key)),
                                        tlv(Tag::bit_string, {{&whole, 1}, value})});
    const unsigned char* position = request.data();
    const X509ReqPtr read(d2i_X509_REQ(nullptr, &position, static_cast<long>(request.size())));
    const bool valid = read && position == request.data() + request.size() &&
                       X509_REQ_verify(read.get(), &public_key.get()) == 1;
    ERR_clear_error();
    if (!valid)
        throw Error(ErrorCode::failed, "the certification request does not verify");
    return request;
}

}  // namespace signet::cms
