#include "cms/algorithm_identifier.h"

#include <openssl/objects.h>

#include <array>

#include "cms/asn1/codec.h"
#include "cms/asn1/der.h"
#include "cms/error.h"

namespace signet::cms {
namespace {

constexpr std::size_t digest_count = 7;
constexpr std::size_t scheme_count = 6;
constexpr std::array<std::uint8_t, 2> null_parameters{0x05, 0x00};
// Longer ones do not fit any RSA key that OpenSSL verifies with.
constexpr long max_salt_length = 2048;
// hashAlgs 18; OpenSSL does not have it.
constexpr const char* id_shake256_len = "2.16.840.1.101.3.4.2.18";
constexpr long shake256_bits = 512;

// RSASSA-PSS-params ::= SEQUENCE {
//   hashAlgorithm [0] HashAlgorithm DEFAULT sha1Identifier,
//   maskGenAlgorithm [1] MaskGenAlgorithm DEFAULT mgf1SHA1Identifier,
//   saltLength [2] INTEGER DEFAULT 20,
//   trailerField [3] INTEGER DEFAULT 1 }                                          RFC 4055 section 3.1
Bytes pss_parameters(DigestAlgorithm digest) {
    const Bytes hash = hash_identifier_with_null(digest);
    const Bytes mask = algorithm_identifier(NID_mgf1, hash);
    const Bytes salt = asn1::integer(static_cast<std::uint32_t>(digest_size(digest)));
    return asn1::tlv(asn1::Tag::sequence,
                     {asn1::tlv(asn1::context(0), {hash}), asn1::tlv(asn1::context(1), {mask}),
                      asn1::tlv(asn1::context(2), {salt})});
}

// ShakeOutputLen ::= INTEGER  -- bits                                             RFC 8419 section 2.3
Bytes make_digest_algorithm(DigestAlgorithm digest) {
    if (digest != DigestAlgorithm::shake256)
        return algorithm_identifier(digest_nid(digest));
    return asn1::tlv(asn1::Tag::sequence,
                     {asn1::object_identifier(id_shake256_len), asn1::integer(shake256_bits)});
}

bool is_shake256_len(const X509_ALGOR& algorithm) {
    const ASN1_TYPE* bits = algorithm.parameter;
    return bits != nullptr && bits->type == V_ASN1_INTEGER &&
           ASN1_INTEGER_get(bits->value.integer) == shake256_bits &&
           object_text(*algorithm.algorithm) == id_shake256_len;
}

Bytes make_signature_algorithm(SignatureScheme scheme, DigestAlgorithm digest) {
    if (!goes_with(scheme, digest))
        return {};
    switch (scheme) {
        case SignatureScheme::ed25519:
            return algorithm_identifier(NID_ED25519);
        case SignatureScheme::ed448:
            return algorithm_identifier(NID_ED448);
        case SignatureScheme::rsa_pkcs1:
            return algorithm_identifier(NID_rsaEncryption, null_parameters);
        case SignatureScheme::rsa_pss:
            return algorithm_identifier(NID_rsassaPss, pss_parameters(digest));
        case SignatureScheme::ecdsa:
        case SignatureScheme::dsa:
            break;
    }
    int nid = NID_undef;
    OBJ_find_sigid_by_algs(&nid, digest_nid(digest), NID_X9_62_id_ecPublicKey);
    return algorithm_identifier(nid);
}

SignatureAlgorithm read_pss(const X509_ALGOR& algorithm) {
    const BytesView parameters = asn1::sequence_in(algorithm.parameter);
    const auto pss = asn1::decode<RSA_PSS_PARAMS>(parameters, "RSASSA-PSS parameters");
    const long trailer = pss->trailerField == nullptr ? 1 : ASN1_INTEGER_get(pss->trailerField);
    const long salt = pss->saltLength == nullptr ? 20 : ASN1_INTEGER_get(pss->saltLength);
    if (trailer != 1 || salt < 0 || salt > max_salt_length)
        throw Error(ErrorCode::malformed, "malformed RSASSA-PSS parameters");
    return {SignatureScheme::rsa_pss, read_parameter_hash(pss->hashAlgorithm),
            read_mask_generation(pss->maskGenAlgorithm), static_cast<int>(salt)};
}

[[noreturn]] void throw_unsupported(const X509_ALGOR& algorithm) {
    throw Error(ErrorCode::unsupported, "the algorithm " + algorithm_name(algorithm) + " is not supported");
}

}  // namespace

const Bytes& digest_algorithm_identifier(DigestAlgorithm digest) {
    static const auto all = [] {
        std::array<Bytes, digest_count> made;
        for (std::size_t i = 0; i < digest_count; ++i)
            made[i] = make_digest_algorithm(static_cast<DigestAlgorithm>(i));
        return made;
    }();
    return all[static_cast<std::size_t>(digest)];
}

const Bytes& signature_algorithm_identifier(SignatureScheme scheme, DigestAlgorithm digest) {
    static const auto all = [] {
        std::array<std::array<Bytes, digest_count>, scheme_count> made;
        for (std::size_t s = 0; s < scheme_count; ++s)
            for (std::size_t d = 0; d < digest_count; ++d)
                made[s][d] = make_signature_algorithm(static_cast<SignatureScheme>(s),
                                                      static_cast<DigestAlgorithm>(d));
        return made;
    }();
    return all[static_cast<std::size_t>(scheme)][static_cast<std::size_t>(digest)];
}

Bytes algorithm_identifier(int nid, BytesView parameters) {
    return asn1::tlv(asn1::Tag::sequence, {asn1::object_identifier(nid), parameters});
}

Bytes hash_identifier_with_null(DigestAlgorithm digest) {
    return algorithm_identifier(digest_nid(digest), null_parameters);
}

SignatureAlgorithm read_signature_algorithm(const X509_ALGOR& algorithm, DigestAlgorithm digest) {
    const int nid = algorithm_nid(algorithm);
    if (nid == NID_rsassaPss)
        return read_pss(algorithm);
    const bool eddsa = nid == NID_ED25519 || nid == NID_ED448;
    // RFC 8410 section 3: absent, and NULL is not.
    if (!has_null_or_no_parameters(algorithm) || (eddsa && algorithm.parameter != nullptr))
        throw Error(ErrorCode::malformed, "the signature algorithm has parameters that do not belong there");
    if (nid == NID_ED25519)
        return {SignatureScheme::ed25519, DigestAlgorithm::sha512};
    if (nid == NID_ED448)
        return {SignatureScheme::ed448, DigestAlgorithm::shake256};
    if (nid == NID_rsaEncryption && digest == DigestAlgorithm::shake256)
        throw Error(ErrorCode::unsupported, "RSA with SHAKE256 is not supported");
    if (nid == NID_rsaEncryption)
        return {SignatureScheme::rsa_pkcs1, digest};
    int hash_nid = NID_undef;
    int key_nid = NID_undef;
    if (nid == NID_undef || OBJ_find_sigid_algs(nid, &hash_nid, &key_nid) != 1)
        throw_unsupported(algorithm);
    const auto hash = digest_from_nid(hash_nid);
    if (!hash)
        throw_unsupported(algorithm);
    if (key_nid == NID_rsaEncryption)
        return {SignatureScheme::rsa_pkcs1, *hash};
    if (key_nid == NID_X9_62_id_ecPublicKey)
        return {SignatureScheme::ecdsa, *hash};
    if (key_nid == NID_dsa)
        return {SignatureScheme::dsa, *hash};
    throw_unsupported(algorithm);
}

std::optional<DigestAlgorithm> read_digest_algorithm(const X509_ALGOR& algorithm) {
    if (is_shake256_len(algorithm))
        return DigestAlgorithm::shake256;
    return has_null_or_no_parameters(algorithm) ? digest_from_nid(algorithm_nid(algorithm)) : std::nullopt;
}

DigestAlgorithm read_parameter_hash(const X509_ALGOR* algorithm) {
    if (algorithm == nullptr)
        return DigestAlgorithm::sha1;
    const auto hash = read_digest_algorithm(*algorithm);
    if (!hash || hash == DigestAlgorithm::shake256 || hash == DigestAlgorithm::md5)
        throw_unsupported(*algorithm);
    return *hash;
}

DigestAlgorithm read_mask_generation(const X509_ALGOR* algorithm) {
    if (algorithm == nullptr)
        return DigestAlgorithm::sha1;
    if (algorithm_nid(*algorithm) != NID_mgf1)
        throw_unsupported(*algorithm);
    const BytesView parameter = asn1::sequence_in(algorithm->parameter);
    return read_parameter_hash(asn1::decode<X509_ALGOR>(parameter, "MGF1 parameters").get());
}

bool has_null_or_no_parameters(const X509_ALGOR& algorithm) noexcept {
    return algorithm.parameter == nullptr || algorithm.parameter->type == V_ASN1_NULL;
}

std::string algorithm_name(const X509_ALGOR& algorithm) {
    const int nid = algorithm_nid(algorithm);
    return nid == NID_undef ? object_text(*algorithm.algorithm) : OBJ_nid2ln(nid);
}

std::string object_text(const ASN1_OBJECT& object) {
    const int size = OBJ_obj2txt(nullptr, 0, &object, 1);
    if (size <= 0)
        return {};
    std::string text(static_cast<std::size_t>(size) + 1, '\0');
    OBJ_obj2txt(text.data(), size + 1, &object, 1);
    text.resize(static_cast<std::size_t>(size));
    return text;
}

int algorithm_nid(const X509_ALGOR& algorithm) noexcept {
    return OBJ_obj2nid(algorithm.algorithm);
}

}  // namespace signet::cms
