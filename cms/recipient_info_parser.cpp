#include "cms/algorithm_identifier.h"
#include "cms/asn1/rfc5652_enveloped_data.h"
#include "cms/elliptic_curve.h"
#include "cms/error.h"
#include "cms/issuer_and_serial.h"
#include "cms/key_wrap.h"
#include "cms/recipient_info.h"

#include <openssl/objects.h>

#include <optional>
#include <string>

namespace signet::cms {
namespace {

constexpr int max_agreed_recipients = 64;
constexpr std::size_t max_ukm_size = 1024;
constexpr std::size_t max_label_size = 1024;
// An RSA key of 16384 bits.
constexpr std::size_t max_encrypted_key_size = 2048;

[[noreturn]] void throw_malformed(const char* what) {
    throw Error(ErrorCode::malformed, what);
}

Bytes copy(const ASN1_STRING& string, std::size_t limit, const char* what) {
    const BytesView octets = asn1::view_of(string);
    if (octets.size() > limit)
        throw_malformed(what);
    return {octets.begin(), octets.end()};
}

Bytes copy_identifier(const ASN1_OCTET_STRING& identifier) {
    constexpr std::size_t max_identifier_size = 256;
    Bytes octets = copy(identifier, max_identifier_size, "a key identifier that is too long");
    if (octets.empty())
        throw_malformed("an empty key identifier");
    return octets;
}

Bytes comparable(const asn1::IssuerAndSerialNumber& named) {
    return comparable_issuer_and_serial(*named.issuer, *named.serial_number);
}

RecipientIdentifier read_identifier(const asn1::RecipientIdentifier& rid) {
    if (rid.type == asn1::RecipientIdentifier::is_issuer_and_serial_number)
        return {comparable(*rid.d.issuer_and_serial_number), {}};
    return {{}, copy_identifier(*rid.d.subject_key_identifier)};
}

RecipientIdentifier read_identifier(const asn1::KeyAgreeRecipientIdentifier& rid) {
    if (rid.type == asn1::KeyAgreeRecipientIdentifier::is_issuer_and_serial_number)
        return {comparable(*rid.d.issuer_and_serial_number), {}};
    return {{}, copy_identifier(*rid.d.recipient_key_identifier->subject_key_identifier)};
}

// RSAES-OAEP-params ::= SEQUENCE {
//   hashFunc [0] AlgorithmIdentifier DEFAULT sha1Identifier,
//   maskGenFunc [1] AlgorithmIdentifier DEFAULT mgf1SHA1Identifier,
//   pSourceFunc [2] AlgorithmIdentifier DEFAULT pSpecifiedEmptyIdentifier }       RFC 4055 section 4.1
void read_oaep(const X509_ALGOR& algorithm, KeyTransport& transport) {
    const BytesView parameters = asn1::sequence_in(algorithm.parameter);
    const auto oaep = asn1::decode<RSA_OAEP_PARAMS>(parameters, "RSAES-OAEP parameters");
    transport.padding = KeyTransport::Padding::oaep;
    transport.oaep_digest = read_parameter_hash(oaep->hashFunc);
    transport.mgf1_digest = read_mask_generation(oaep->maskGenFunc);
    if (oaep->pSourceFunc == nullptr)
        return;
    const ASN1_TYPE* label = oaep->pSourceFunc->parameter;
    if (algorithm_nid(*oaep->pSourceFunc) != NID_pSpecified || label == nullptr ||
        label->type != V_ASN1_OCTET_STRING)
        throw_malformed("malformed RSAES-OAEP label");
    transport.label =
        copy(*label->value.octet_string, max_label_size, "an RSAES-OAEP label that is too long");
}

KeyTransport read_key_transport(const asn1::KeyTransRecipientInfo& info) {
    const bool by_issuer = info.rid->type == asn1::RecipientIdentifier::is_issuer_and_serial_number;
    if (info.version != 0 && info.version != 2)
        throw_malformed("a KeyTransRecipientInfo of an unknown version");
    if (by_issuer != (info.version == 0))
        throw_malformed("a KeyTransRecipientInfo whose version and identifier do not belong together");
    KeyTransport transport;
    transport.recipient = read_identifier(*info.rid);
    transport.encrypted_key =
        copy(*info.encrypted_key, max_encrypted_key_size, "an encrypted key that is too long");
    const X509_ALGOR& algorithm = *info.key_encryption_algorithm;
    switch (algorithm_nid(algorithm)) {
        case NID_rsaEncryption:
            if (!has_null_or_no_parameters(algorithm))
                throw_malformed("an rsaEncryption with parameters");
            return transport;
        case NID_rsaesOaep:
            read_oaep(algorithm, transport);
            return transport;
        default:
            throw Error(ErrorCode::unsupported,
                        "the key transport " + algorithm_name(algorithm) + " is not supported");
    }
}

/// Whole octets: bits that are said to be unused are not looked at.
BytesView point_octets(const ASN1_BIT_STRING& key) {
    constexpr long unused_bits = 7;
    if ((key.flags & ASN1_STRING_FLAG_BITS_LEFT) != 0 && (key.flags & unused_bits) != 0)
        throw_malformed("an originator's key that is no point");
    return asn1::view_of(key);
}

// id-X25519 or id-X448 without parameters (RFC 8418 section 3.1).
Bytes read_montgomery_key(const asn1::OriginatorPublicKey& key) {
    if (key.algorithm->parameter != nullptr)
        throw_malformed("an originator's key with parameters that do not belong there");
    const BytesView octets = point_octets(*key.public_key);
    if (curve_from_nid(algorithm_nid(*key.algorithm)) != curve_of_point(octets))
        throw_malformed("an originator's key that is not on the curve it names");
    return {octets.begin(), octets.end()};
}

// The algorithm is id-ecPublicKey; its parameters may be absent, NULL or a named curve (RFC 5753
// section 3.1.1).
Bytes read_originator_key(const asn1::OriginatorPublicKey& key) {
    const int nid = algorithm_nid(*key.algorithm);
    if (nid == NID_X25519 || nid == NID_X448)
        return read_montgomery_key(key);
    if (nid != NID_X9_62_id_ecPublicKey)
        throw Error(ErrorCode::unsupported,
                    "key agreement with " + algorithm_name(*key.algorithm) + " is not supported");
    const BytesView octets = point_octets(*key.public_key);
    Bytes point(octets.begin(), octets.end());
    const Curve curve = curve_of_point(point);
    if (is_montgomery(curve))
        throw_malformed("an originator's key that is on another curve than it says");
    const ASN1_TYPE* parameter = key.algorithm->parameter;
    if (parameter == nullptr || parameter->type == V_ASN1_NULL)
        return point;
    if (parameter->type != V_ASN1_OBJECT || curve_from_nid(OBJ_obj2nid(parameter->value.object)) != curve)
        throw_malformed("an originator's key whose point is not on the curve it names");
    return point;
}

// RFC 8418 section 2.2: smime-alg 19, 20 and 21, which OpenSSL 3.0 does not have.
std::optional<DigestAlgorithm> read_hkdf(const X509_ALGOR& algorithm) {
    const std::string oid = object_text(*algorithm.algorithm);
    for (const DigestAlgorithm digest :
         {DigestAlgorithm::sha256, DigestAlgorithm::sha384, DigestAlgorithm::sha512})
        if (oid == hkdf_scheme(digest))
            return digest;
    return std::nullopt;
}

// RFC 5753 sections 7.1.4 and 7.1.8. With a cofactor of 1, which P-256, P-384 and P-521 have, cofactor ECDH
// is ECDH; X25519 and X448 have no other than standard DH (RFC 8418 section 2.1).
void read_kdf(const X509_ALGOR& algorithm, KeyAgreement& agreement) {
    const bool montgomery = is_montgomery(curve_of_point(agreement.originator_point));
    const auto take = [&](DigestAlgorithm digest, bool cofactor) {
        if (cofactor && montgomery)
            throw_malformed("cofactor key agreement on a curve that has none");
        agreement.kdf_digest = digest;
    };
    switch (algorithm_nid(algorithm)) {
        case NID_dhSinglePass_stdDH_sha1kdf_scheme:
            return take(DigestAlgorithm::sha1, false);
        case NID_dhSinglePass_cofactorDH_sha1kdf_scheme:
            return take(DigestAlgorithm::sha1, true);
        case NID_dhSinglePass_stdDH_sha224kdf_scheme:
            return take(DigestAlgorithm::sha224, false);
        case NID_dhSinglePass_cofactorDH_sha224kdf_scheme:
            return take(DigestAlgorithm::sha224, true);
        case NID_dhSinglePass_stdDH_sha256kdf_scheme:
            return take(DigestAlgorithm::sha256, false);
        case NID_dhSinglePass_cofactorDH_sha256kdf_scheme:
            return take(DigestAlgorithm::sha256, true);
        case NID_dhSinglePass_stdDH_sha384kdf_scheme:
            return take(DigestAlgorithm::sha384, false);
        case NID_dhSinglePass_cofactorDH_sha384kdf_scheme:
            return take(DigestAlgorithm::sha384, true);
        case NID_dhSinglePass_stdDH_sha512kdf_scheme:
            return take(DigestAlgorithm::sha512, false);
        case NID_dhSinglePass_cofactorDH_sha512kdf_scheme:
            return take(DigestAlgorithm::sha512, true);
        default:
            break;
    }
    const auto digest = read_hkdf(algorithm);
    if (!digest)
        throw Error(ErrorCode::unsupported,
                    "the key agreement " + algorithm_name(algorithm) + " is not supported");
    agreement.kdf = KeyDerivation::hkdf;
    agreement.kdf_digest = *digest;
}

void read_key_wrap(const X509_ALGOR& key_encryption, KeyAgreement& agreement) {
    const BytesView parameters = asn1::sequence_in(key_encryption.parameter);
    const auto wrap = asn1::decode<X509_ALGOR>(parameters, "key wrap algorithm");
    // NULL is wrong with AES (RFC 3565 section 2.3.2), but some send it, and then derive from it; it belongs
    // there with Triple-DES (RFC 3370 section 4.3.1).
    if (!has_null_or_no_parameters(*wrap))
        throw_malformed("a key wrap with parameters");
    if (algorithm_nid(*wrap) == NID_id_smime_alg_CMS3DESwrap) {
        agreement.wrap = KeyWrap::triple_des;
        agreement.wrap_key_size = triple_des_key_size;
    } else if (const auto size = wrap_key_size(algorithm_nid(*wrap))) {
        agreement.wrap_key_size = *size;
    } else {
        throw Error(ErrorCode::unsupported, "the key wrap " + algorithm_name(*wrap) + " is not supported");
    }
    agreement.wrap_algorithm = asn1::encode(*wrap);
}

KeyAgreement read_key_agreement(const asn1::KeyAgreeRecipientInfo& info) {
    if (info.version != 3)
        throw_malformed("a KeyAgreeRecipientInfo of an unknown version");
    if (info.originator->type != asn1::OriginatorIdentifierOrKey::is_originator_key)
        throw Error(ErrorCode::unsupported, "key agreement with a static key of the sender is not supported");
    KeyAgreement agreement;
    agreement.originator_point = read_originator_key(*info.originator->d.originator_key);
    read_kdf(*info.key_encryption_algorithm, agreement);
    read_key_wrap(*info.key_encryption_algorithm, agreement);
    if (info.ukm != nullptr)
        agreement.ukm = copy(*info.ukm, max_ukm_size, "user keying material that is too long");
    const int count = asn1::sk_RecipientEncryptedKey_num(info.recipient_encrypted_keys);
    if (count < 1 || count > max_agreed_recipients)
        throw_malformed("a KeyAgreeRecipientInfo for nobody, or for more than 64");
    for (int i = 0; i < count; ++i) {
        const asn1::RecipientEncryptedKey& key =
            *asn1::sk_RecipientEncryptedKey_value(info.recipient_encrypted_keys, i);
        agreement.recipients.push_back(
            {read_identifier(*key.rid),
             copy(*key.encrypted_key, max_encrypted_key_size, "an encrypted key that is too long")});
    }
    return agreement;
}

}  // namespace

RecipientInfo parse_recipient_info(BytesView der) {
    const auto info = asn1::decode<asn1::RecipientInfo>(der, "RecipientInfo");
    switch (info->type) {
        case asn1::RecipientInfo::is_ktri:
            return read_key_transport(*info->d.ktri);
        case asn1::RecipientInfo::is_kari:
            return read_key_agreement(*info->d.kari);
        default:
            return OtherRecipient{};
    }
}

std::vector<RecipientIdentifier> recipients_named(BytesView der) {
    const auto info = asn1::decode<asn1::RecipientInfo>(der, "RecipientInfo");
    std::vector<RecipientIdentifier> named;
    if (info->type == asn1::RecipientInfo::is_ktri)
        named.push_back(read_identifier(*info->d.ktri->rid));
    if (info->type != asn1::RecipientInfo::is_kari)
        return named;
    const auto* keys = info->d.kari->recipient_encrypted_keys;
    for (int i = 0; i < asn1::sk_RecipientEncryptedKey_num(keys); ++i)
        named.push_back(read_identifier(*asn1::sk_RecipientEncryptedKey_value(keys, i)->rid));
    return named;
}

}  // namespace signet::cms
