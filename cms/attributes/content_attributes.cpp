#include "cms/attributes/content_attributes.h"

#include <openssl/rand.h>

#include <array>

#include "cms/algorithm_identifier.h"
#include "cms/asn1/der.h"
#include "cms/asn1/rfc2634.h"
#include "cms/error.h"
#include "cms/openssl_error.h"
#include "cms/smime_capabilities.h"

namespace signet::cms {
namespace {

using asn1::Tag;

// { pkcs-9(9) smime(16) id-aa(2) ... }
const std::string id_aa_content_hint = "1.2.840.113549.1.9.16.2.4";
const std::string id_aa_content_identifier = "1.2.840.113549.1.9.16.2.7";
const std::string id_aa_content_reference = "1.2.840.113549.1.9.16.2.10";
const std::string smime_capabilities = "1.2.840.113549.1.9.15";

Bytes bounded_identifier(BytesView identifier) {
    if (identifier.size() > max_content_identifier_size)
        throw Error(ErrorCode::malformed, "a contentIdentifier above 1 KiB");
    return {identifier.begin(), identifier.end()};
}

}  // namespace

// See the grammar in asn1/rfc2634.cpp.
Bytes content_hints_attribute(const ContentHints& hints) {
    const Bytes description =
        hints.description.empty() ? Bytes() : asn1::tlv(Tag::utf8_string, {as_bytes(hints.description)});
    return attribute(id_aa_content_hint,
                     asn1::tlv(Tag::sequence, {description, asn1::object_identifier(hints.content_type)}));
}

std::optional<ContentHints> content_hints_in(const SignedAttributeSet& attributes) {
    const auto value = attributes.value(id_aa_content_hint);
    if (!value)
        return std::nullopt;
    const auto hints = asn1::decode<asn1::ContentHints>(*value, "contentHints");
    ContentHints read{{}, object_text(*hints->content_type)};
    if (hints->content_description != nullptr)
        read.description = as_text(asn1::view_of(*hints->content_description));
    if (read.description.size() > max_content_description_size)
        throw Error(ErrorCode::malformed, "contentHints above 4 KiB");
    return read;
}

// ContentIdentifier ::= OCTET STRING                                              RFC 2634 section 2.7
Bytes content_identifier_attribute(BytesView identifier) {
    return attribute(id_aa_content_identifier, asn1::tlv(Tag::octet_string, {identifier}));
}

std::optional<Bytes> content_identifier_in(const SignedAttributeSet& attributes) {
    const auto identifier = attributes.octets(id_aa_content_identifier);
    if (!identifier)
        return std::nullopt;
    return bounded_identifier(*identifier);
}

Bytes new_content_identifier(BytesView fingerprint, std::int64_t now) {
    constexpr std::size_t of_fingerprint = 8;
    std::array<std::uint8_t, 24> rest{};
    for (std::size_t i = 0; i < 8; ++i)
        rest[i] = static_cast<std::uint8_t>(static_cast<std::uint64_t>(now) >> (56 - 8 * i));
    require_openssl(RAND_bytes(rest.data() + 8, 16) == 1, "there is no randomness");
    Bytes identifier;
    asn1::append(identifier, fingerprint.first(std::min(of_fingerprint, fingerprint.size())));
    asn1::append(identifier, rest);
    return identifier;
}

std::optional<ContentReference> content_reference_in(const SignedAttributeSet& attributes) {
    const auto value = attributes.value(id_aa_content_reference);
    if (!value)
        return std::nullopt;
    const auto reference = asn1::decode<asn1::ContentReference>(*value, "contentReference");
    const BytesView signature = asn1::view_of(*reference->originator_signature_value);
    return ContentReference{object_text(*reference->content_type),
                            bounded_identifier(asn1::view_of(*reference->signed_content_identifier)),
                            {signature.begin(), signature.end()}};
}

// SMIMECapabilities ::= SEQUENCE OF SMIMECapability, for AES without parameters  RFC 8551 section 2.5.2
Bytes capabilities_attribute(const std::vector<ContentCipher>& ciphers) {
    Bytes all;
    for (const ContentCipher cipher : ciphers)
        asn1::append(all,
                     asn1::tlv(Tag::sequence, {asn1::object_identifier(std::string(cipher_oid(cipher)))}));
    return attribute(smime_capabilities, asn1::tlv(Tag::sequence, {all}));
}

std::optional<std::vector<ContentCipher>> capabilities_in(const SignedAttributeSet& attributes) {
    const auto value = attributes.value(smime_capabilities);
    if (!value)
        return std::nullopt;
    return parse_smime_capabilities(*value);
}

}  // namespace signet::cms
