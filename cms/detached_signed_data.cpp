#include "cms/algorithm_identifier.h"
#include "cms/asn1/der.h"
#include "cms/content_types.h"
#include "cms/error.h"
#include "cms/signed_data_builder.h"

#include <openssl/objects.h>

namespace signet::cms {
namespace {

using asn1::Tag;

// See the grammar in asn1/rfc5652_signed_data.cpp. Version 1 goes with issuerAndSerialNumber.
Bytes signer_info(const Signature& signature) {
    static const Bytes version = asn1::integer(1);
    if (signature.signed_attributes.empty() ||
        signature.signed_attributes.front() != static_cast<std::uint8_t>(Tag::set))
        throw Error(ErrorCode::failed, "signed attributes that are no SET");
    constexpr auto attributes_tag = static_cast<std::uint8_t>(asn1::context(0));
    return asn1::tlv(Tag::sequence,
                     {version,
                      signature.signer->sid(),
                      digest_algorithm_identifier(signature.digest_algorithm),
                      {&attributes_tag, 1},
                      BytesView(signature.signed_attributes).subspan(1),
                      signature_algorithm_identifier(signature.scheme, signature.digest_algorithm),
                      asn1::tlv(Tag::octet_string, {signature.value})});
}

Bytes certificate_set(const std::vector<Signature>& signatures, IncludedCertificates included) {
    if (included == IncludedCertificates::none)
        return {};
    std::vector<BytesView> all;
    for (const Signature& signature : signatures) {
        const std::vector<Bytes>& own = signature.signer->certificates();
        const std::size_t count = included == IncludedCertificates::signer ? 1 : own.size();
        all.insert(all.end(), own.begin(), own.begin() + static_cast<std::ptrdiff_t>(count));
    }
    return asn1::set_of(asn1::context(0), std::move(all));
}

}  // namespace

Bytes detached_signed_data(const std::vector<Signature>& signatures, const std::string& content_type,
                           IncludedCertificates included) {
    if (signatures.empty())
        throw Error(ErrorCode::failed, "a SignedData without a signature");
    static const Bytes type = asn1::object_identifier(NID_pkcs7_signed);
    static const Bytes data = asn1::object_identifier(NID_pkcs7_data);

    std::vector<BytesView> digests;
    std::vector<Bytes> signer_infos;
    for (const Signature& signature : signatures) {
        digests.emplace_back(digest_algorithm_identifier(signature.digest_algorithm));
        signer_infos.push_back(signer_info(signature));
    }
    const Bytes content = content_type == id_data ? data : asn1::object_identifier(content_type);
    // Version 3 says that the content is not id-data (RFC 5652 section 5.1).
    const Bytes version = asn1::integer(content == data ? 1 : 3);
    const Bytes signed_data =
        asn1::tlv(Tag::sequence, {version, asn1::set_of(Tag::set, std::move(digests)),
                                  asn1::tlv(Tag::sequence, {content}), certificate_set(signatures, included),
                                  asn1::set_of(Tag::set, {signer_infos.begin(), signer_infos.end()})});
    return asn1::tlv(Tag::sequence, {type, asn1::tlv(asn1::context(0), {signed_data})});
}

std::size_t signed_data_size_limit(const std::vector<const SignerProfile*>& signers,
                                   std::size_t signature_size, IncludedCertificates included,
                                   std::size_t further) noexcept {
    // Tag and length octets of anything below 4 GiB.
    constexpr std::size_t header = 6;
    // ContentInfo, [0], SignedData, version, both sets, encapContentInfo, certificates, and the content type.
    constexpr std::size_t frame = 9 * header + 64 + asn1::max_object_identifier_size;
    // A SignerInfo's own headers, its two AlgorithmIdentifiers (PSS: 67 bytes), its digest's in the set, and
    // the signed attributes but for signingCertificateV2.
    constexpr std::size_t fixed_of_signer = 640 + asn1::max_object_identifier_size;
    std::size_t limit = frame;
    for (const SignerProfile* signer : signers) {
        limit += fixed_of_signer + further + signature_size + signer->sid().size() +
                 signer->signing_certificate_attribute().size();
        if (included == IncludedCertificates::none)
            continue;
        for (const Bytes& certificate : signer->certificates()) {
            limit += certificate.size();
            if (included == IncludedCertificates::signer)
                break;
        }
    }
    return limit;
}

}  // namespace signet::cms
