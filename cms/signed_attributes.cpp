#include "cms/algorithm_identifier.h"
#include "cms/asn1/der.h"
#include "cms/content_types.h"
#include "cms/digest_stream.h"
#include "cms/error.h"
#include "cms/signed_data_builder.h"

#include <openssl/objects.h>

#include <array>
#include <ctime>

namespace signet::cms {
namespace {

using asn1::Tag;

Bytes attribute(BytesView type, BytesView value) {
    return asn1::tlv(Tag::sequence, {type, asn1::tlv(Tag::set, {value})});
}

// ContentType ::= OBJECT IDENTIFIER                                               RFC 5652 section 11.1
Bytes content_type_attribute(const std::string& content_type) {
    static const Bytes type = asn1::object_identifier(NID_pkcs9_contentType);
    static const Bytes of_data = attribute(type, asn1::object_identifier(NID_pkcs7_data));
    return content_type == id_data ? of_data : attribute(type, asn1::object_identifier(content_type));
}

// MessageDigest ::= OCTET STRING                                                  RFC 5652 section 11.2
Bytes message_digest_attribute(BytesView digest) {
    static const Bytes type = asn1::object_identifier(NID_pkcs9_messageDigest);
    return attribute(type, asn1::tlv(Tag::octet_string, {digest}));
}

// Time ::= CHOICE { utcTime UTCTime, generalizedTime GeneralizedTime }: UTCTime for the years 1950 to 2049.
//                                                                                 RFC 5652 section 11.3
Bytes signing_time_attribute(std::int64_t seconds) {
    static const Bytes type = asn1::object_identifier(NID_pkcs9_signingTime);
    const auto time = static_cast<std::time_t>(seconds);
    std::tm utc{};
    if (gmtime_r(&time, &utc) == nullptr || utc.tm_year < -1900 || utc.tm_year > 9999 - 1900)
        throw Error(ErrorCode::failed, "a signing time outside of the years 0 to 9999");
    const bool short_year = utc.tm_year >= 50 && utc.tm_year < 150;
    std::array<char, 32> text{};
    const std::size_t size =
        std::strftime(text.data(), text.size(), short_year ? "%y%m%d%H%M%SZ" : "%Y%m%d%H%M%SZ", &utc);
    return attribute(
        type, asn1::tlv(short_year ? Tag::utc_time : Tag::generalized_time, {as_bytes({text.data(), size})}));
}

// CMSAlgorithmProtection with the SignerInfo's own digestAlgorithm and signatureAlgorithm; see the grammar in
// asn1/rfc6211.cpp.
Bytes make_algorithm_protection(DigestAlgorithm digest, SignatureScheme scheme) {
    if (!goes_with(scheme, digest))
        return {};
    const Bytes type = asn1::object_identifier("1.2.840.113549.1.9.52");
    Bytes signature_algorithm = signature_algorithm_identifier(scheme, digest);
    signature_algorithm.front() = static_cast<std::uint8_t>(asn1::context(1));
    return attribute(type,
                     asn1::tlv(Tag::sequence, {digest_algorithm_identifier(digest), signature_algorithm}));
}

const Bytes& algorithm_protection_attribute(DigestAlgorithm digest, SignatureScheme scheme) {
    constexpr std::size_t digests = 7;
    constexpr std::size_t schemes = 6;
    static const auto all = [] {
        std::array<Bytes, digests * schemes> made;
        for (std::size_t i = 0; i < made.size(); ++i)
            made[i] = make_algorithm_protection(static_cast<DigestAlgorithm>(i % digests),
                                                static_cast<SignatureScheme>(i / digests));
        return made;
    }();
    return all[static_cast<std::size_t>(scheme) * digests + static_cast<std::size_t>(digest)];
}

}  // namespace

Bytes signed_attributes(const SignerProfile& signer, const AttributeValues& values) {
    if (values.digest_algorithm == DigestAlgorithm::sha1)
        throw Error(ErrorCode::failed, "SHA-1 does not sign");
    if (!goes_with(values.scheme, values.digest_algorithm))
        throw Error(ErrorCode::failed, "a signature scheme does not go with " +
                                           std::string(digest_name(values.digest_algorithm)));
    if (values.digest.size() != digest_size(values.digest_algorithm))
        throw Error(ErrorCode::failed, "a digest of " + std::to_string(values.digest.size()) + " bytes for " +
                                           std::string(digest_name(values.digest_algorithm)));
    const Bytes message_digest = message_digest_attribute(values.digest);
    const Bytes signing_time = signing_time_attribute(values.signing_time);
    Bytes content_type;
    std::vector<BytesView> all{signing_time, message_digest,
                               algorithm_protection_attribute(values.digest_algorithm, values.scheme),
                               signer.signing_certificate_attribute()};
    if (!values.is_countersignature) {
        content_type = content_type_attribute(values.content_type);
        all.emplace_back(content_type);
    }
    all.insert(all.end(), values.further.begin(), values.further.end());
    return asn1::set_of(Tag::set, std::move(all));
}

Bytes signature_input(SignatureScheme scheme, DigestAlgorithm digest_algorithm, BytesView signed_attributes) {
    if (signs_message(scheme))
        return {signed_attributes.begin(), signed_attributes.end()};
    return digest(digest_algorithm, signed_attributes);
}

}  // namespace signet::cms
