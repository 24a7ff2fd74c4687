#include "cms/recipient_info_writer.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/obj_mac.h>

#include <array>

#include "cms/algorithm_identifier.h"
#include "cms/asn1/der.h"
#include "cms/elliptic_curve.h"
#include "cms/error.h"
#include "cms/key_transport.h"
#include "cms/key_wrap.h"
#include "cms/openssl_error.h"
#include "cms/openssl_ptr.h"

namespace signet::cms {
namespace {

using asn1::Tag;

constexpr std::array<std::uint8_t, 2> null_parameters{0x05, 0x00};
constexpr std::array<std::uint8_t, 2> empty_sequence{0x30, 0x00};
constexpr std::uint8_t no_unused_bits = 0;

// For SHA-1 all three fields have their defaults; the parameters must be there nevertheless (RFC 3560 section
// 3).
Bytes transport_algorithm(RsaKeyTransport transport) {
    switch (transport) {
        case RsaKeyTransport::pkcs1:
            return algorithm_identifier(NID_rsaEncryption, null_parameters);
        case RsaKeyTransport::oaep_sha1:
            return algorithm_identifier(NID_rsaesOaep, empty_sequence);
        case RsaKeyTransport::oaep_sha256:
            break;
    }
    const Bytes hash = hash_identifier_with_null(DigestAlgorithm::sha256);
    const Bytes mask = algorithm_identifier(NID_mgf1, hash);
    return algorithm_identifier(
        NID_rsaesOaep,
        asn1::tlv(Tag::sequence, {asn1::tlv(asn1::context(0), {hash}), asn1::tlv(asn1::context(1), {mask})}));
}

KeyTransport parameters_of(RsaKeyTransport transport) {
    KeyTransport how;
    if (transport != RsaKeyTransport::pkcs1)
        how.padding = KeyTransport::Padding::oaep;
    if (transport == RsaKeyTransport::oaep_sha256)
        how.oaep_digest = how.mgf1_digest = DigestAlgorithm::sha256;
    return how;
}

Curve curve_of(const Certificate& recipient) {
    if (recipient.key_kind() == KeyKind::montgomery)
        return recipient.key_name() == "X448" ? Curve::x448 : Curve::x25519;
    std::array<char, 64> name{};
    if (EVP_PKEY_get_group_name(recipient.public_key(), name.data(), name.size(), nullptr) == 1)
        if (const auto curve = curve_from_nid(OBJ_txt2nid(name.data())))
            return *curve;
    throw Error(ErrorCode::unsupported, "nothing can be encrypted for " + recipient.subject() +
                                            ": its key is " + recipient.key_name());
}

/// How the key-encryption key is made: X9.63, for Montgomery curves HKDF, with a hash as strong as the curve.
struct Scheme {
    Bytes oid;
    KeyDerivation kdf;
    DigestAlgorithm digest;
};

Scheme scheme_for(Curve curve) {
    const auto hkdf = [](DigestAlgorithm digest) {
        return Scheme{asn1::object_identifier(hkdf_scheme(digest)), KeyDerivation::hkdf, digest};
    };
    const auto x963 = [](int nid, DigestAlgorithm digest) {
        return Scheme{asn1::object_identifier(nid), KeyDerivation::x963, digest};
    };
    switch (curve) {
        case Curve::x25519:
            return hkdf(DigestAlgorithm::sha256);
        case Curve::x448:
            return hkdf(DigestAlgorithm::sha512);
        case Curve::p256:
            return x963(NID_dhSinglePass_stdDH_sha256kdf_scheme, DigestAlgorithm::sha256);
        case Curve::p384:
            return x963(NID_dhSinglePass_stdDH_sha384kdf_scheme, DigestAlgorithm::sha384);
        case Curve::p521:
            break;
    }
    return x963(NID_dhSinglePass_stdDH_sha512kdf_scheme, DigestAlgorithm::sha512);
}

/// A key of the same curve, for this one message.
EvpPkeyPtr ephemeral_key(EVP_PKEY& recipient) {
    const EvpPkeyCtxPtr context(EVP_PKEY_CTX_new(&recipient, nullptr));
    EVP_PKEY* key = nullptr;
    require_openssl(
        context && EVP_PKEY_keygen_init(context.get()) == 1 && EVP_PKEY_keygen(context.get(), &key) == 1,
        "cannot generate an ephemeral key");
    return EvpPkeyPtr(key);
}

/// Uncompressed, or the bytes of RFC 7748.
Bytes public_point(const EVP_PKEY& key, Curve curve) {
    const std::size_t coordinate = shared_secret_size(curve);
    Bytes point(is_montgomery(curve) ? coordinate : 2 * coordinate + 1);
    std::size_t size = 0;
    require_openssl(EVP_PKEY_get_octet_string_param(&key, OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size(),
                                                    &size) == 1 &&
                        size == point.size(),
                    "cannot encode an ephemeral key");
    return point;
}

Secret agree(EVP_PKEY& own, EVP_PKEY& recipient, Curve curve) {
    const EvpPkeyCtxPtr context(EVP_PKEY_CTX_new(&own, nullptr));
    Secret shared(shared_secret_size(curve));
    std::size_t size = shared.size();
    require_openssl(context && EVP_PKEY_derive_init(context.get()) == 1 &&
                        EVP_PKEY_derive_set_peer(context.get(), &recipient) == 1 &&
                        EVP_PKEY_derive(context.get(), shared.data(), &size) == 1 && size == shared.size(),
                    "cannot agree on a key");
    return shared;
}

}  // namespace

Bytes write_key_transport(const Certificate& recipient, const Secret& key, RsaKeyTransport transport) {
    const Bytes encrypted = transport_key(*recipient.public_key(), key, parameters_of(transport));
    return asn1::tlv(Tag::sequence,
                     {asn1::integer(0), recipient.issuer_and_serial(), transport_algorithm(transport),
                      asn1::tlv(Tag::octet_string, {encrypted})});
}

Bytes write_key_agreement(const Certificate& recipient, const Secret& key) {
    const Curve curve = curve_of(recipient);
    EVP_PKEY& recipient_key = *recipient.public_key();
    const EvpPkeyPtr ephemeral = ephemeral_key(recipient_key);
    const Secret shared = agree(*ephemeral, recipient_key, curve);
    const Bytes wrap = algorithm_identifier(wrap_nid(key.size()));
    const Scheme scheme = scheme_for(curve);
    const Secret key_encryption_key =
        derive_key_encryption_key(shared, scheme.kdf, scheme.digest, wrap, key.size(), {});
    const Bytes wrapped = wrap_key(key_encryption_key, key);

    const Bytes point = asn1::tlv(Tag::bit_string, {{&no_unused_bits, 1}, public_point(*ephemeral, curve)});
    const Bytes originator_key = asn1::tlv(
        asn1::context(1),
        {algorithm_identifier(is_montgomery(curve) ? curve_nid(curve) : NID_X9_62_id_ecPublicKey), point});
    const Bytes encrypted_key =
        asn1::tlv(Tag::sequence, {recipient.issuer_and_serial(), asn1::tlv(Tag::octet_string, {wrapped})});
    return asn1::tlv(asn1::context(1), {asn1::integer(3), asn1::tlv(asn1::context(0), {originator_key}),
                                        asn1::tlv(Tag::sequence, {scheme.oid, wrap}),
                                        asn1::tlv(Tag::sequence, {encrypted_key})});
}

}  // namespace signet::cms
