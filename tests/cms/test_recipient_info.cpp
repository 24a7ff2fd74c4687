#include "cms/algorithm_identifier.h"
#include "cms/asn1/der.h"
#include "cms/enveloped_data.h"
#include "cms/error.h"
#include "cms/issuer_and_serial.h"
#include "cms/recipient_info.h"
#include "tests/catch.h"
#include "tests/cms/certificate_authority.h"
#include "tests/cms/openssl_cms.h"
#include "tests/cms/test_keys.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/obj_mac.h>

using namespace signet;
using namespace signet::cms;
using namespace signet::cms::test;

namespace {

using asn1::Tag;

const Bytes null{0x05, 0x00};

Bytes point_of(EVP_PKEY& key) {
    Bytes point(200);
    std::size_t size = 0;
    REQUIRE(EVP_PKEY_get_octet_string_param(&key, OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size(),
                                            &size) == 1);
    point.resize(size);
    return point;
}

const Certificate& somebody() {
    static const Certificate certificate = CertificateAuthority().certificate();
    return certificate;
}

Bytes issuer_and_serial() {
    return somebody().issuer_and_serial();
}

/// The same as a RecipientIdentifier has it.
Bytes comparable() {
    return comparable_issuer_and_serial(somebody());
}

/// A KeyTransRecipientInfo with this algorithm.
Bytes ktri(const Bytes& algorithm, std::uint32_t version = 0) {
    return asn1::tlv(Tag::sequence, {asn1::integer(version), issuer_and_serial(), algorithm,
                                     asn1::tlv(Tag::octet_string, {Bytes(256, 1)})});
}

Bytes oaep(const Bytes& parameters) {
    return ktri(algorithm_identifier(NID_rsaesOaep, parameters));
}

struct Agreement {
    Bytes point = point_of(test_key(KeyType::p256));
    Bytes key_algorithm = algorithm_identifier(NID_X9_62_id_ecPublicKey);
    Bytes wrap = algorithm_identifier(NID_id_aes128_wrap);
    int scheme = NID_dhSinglePass_stdDH_sha256kdf_scheme;
    std::uint32_t version = 3;
    Bytes ukm;
    int recipients = 1;
    std::uint8_t unused_bits = 0;

    [[nodiscard]] Bytes der() const {
        const Bytes bits = asn1::tlv(Tag::bit_string, {Bytes{unused_bits}, point});
        const Bytes originator =
            asn1::tlv(asn1::context(0), {asn1::tlv(asn1::context(1), {key_algorithm, bits})});
        Bytes material;
        if (!ukm.empty())
            material = asn1::tlv(asn1::context(1), {asn1::tlv(Tag::octet_string, {ukm})});
        Bytes keys;
        for (int i = 0; i < recipients; ++i)
            asn1::append(keys, asn1::tlv(Tag::sequence,
                                         {issuer_and_serial(), asn1::tlv(Tag::octet_string, {Bytes(24)})}));
        return asn1::tlv(asn1::context(1),
                         {asn1::integer(version), originator, material, algorithm_identifier(scheme, wrap),
                          asn1::tlv(Tag::sequence, {keys})});
    }
};

ErrorCode error_of(const Bytes& der) {
    try {
        (void)parse_recipient_info(der);
    } catch (const Error& error) {
        return error.code();
    }
    throw std::runtime_error("it was accepted");
}

}  // namespace

TEST_CASE("rsaEncryption is PKCS#1 v1.5, with NULL or nothing as parameters") {
    for (const Bytes& parameters : {null, Bytes{}}) {
        const auto info = std::get<KeyTransport>(
            parse_recipient_info(ktri(algorithm_identifier(NID_rsaEncryption, parameters))));
        CHECK(info.padding == KeyTransport::Padding::pkcs1);
        CHECK(info.recipient.issuer_and_serial == comparable());
        CHECK(info.recipient.subject_key_identifier.empty());
        CHECK(info.encrypted_key == Bytes(256, 1));
    }
    CHECK(error_of(ktri(algorithm_identifier(NID_rsaEncryption, Bytes{0x30, 0x00}))) == ErrorCode::malformed);
    CHECK(error_of(ktri(algorithm_identifier(NID_sha256))) == ErrorCode::unsupported);
    CHECK(error_of(ktri(algorithm_identifier(NID_rsaEncryption, null), 1)) == ErrorCode::malformed);
    CHECK(error_of(ktri(algorithm_identifier(NID_rsaEncryption, null), 2)) == ErrorCode::malformed);
}

TEST_CASE("an issuer is the same in BER, and in another type of string") {
    constexpr auto constructed_utf8 = static_cast<Tag>(0x2C);
    const auto text = [](std::string_view words) { return Bytes(words.begin(), words.end()); };
    const auto name_of = [&](Tag type, std::string_view organisation, std::string_view unit = "b") {
        const auto attribute = [&](int nid, Tag tag, std::string_view value) {
            return asn1::tlv(Tag::sequence, {asn1::object_identifier(nid), asn1::tlv(tag, {text(value)})});
        };
        const Bytes country = attribute(NID_countryName, Tag::printable_string, "DE");
        const Bytes other = attribute(NID_organizationalUnitName, type, unit);
        return asn1::tlv(Tag::sequence,
                         {asn1::tlv(Tag::set, {attribute(NID_organizationName, type, organisation)}),
                          asn1::set_of(Tag::set, {country, other})});
    };
    const auto read = [](const Bytes& name, std::uint32_t serial = 5) {
        const Bytes algorithm = algorithm_identifier(NID_rsaEncryption, null);
        const auto info = std::get<KeyTransport>(parse_recipient_info(asn1::tlv(
            Tag::sequence, {asn1::integer(0), asn1::tlv(Tag::sequence, {name, asn1::integer(serial)}),
                            algorithm, asn1::tlv(Tag::octet_string, {Bytes(256, 1)})})));
        return info.recipient.issuer_and_serial;
    };
    const Bytes expected = read(name_of(Tag::utf8_string, "Ann and Co"));
    CHECK(read(name_of(Tag::printable_string, "Ann and Co")) == expected);
    constexpr auto numeric_string = static_cast<Tag>(0x12);
    CHECK(read(name_of(numeric_string, "12 3", "4")) == read(name_of(Tag::printable_string, "12 3", "4")));
    const Bytes in_pieces = name_of(constructed_utf8,
                                    "\x04\x03"
                                    "Ann"
                                    "\x04\x07"
                                    " and Co",
                                    "\x04\x01"
                                    "b");
    CHECK(read(in_pieces) == expected);
    Bytes indefinite{0x30, 0x80};
    asn1::append(indefinite, BytesView(in_pieces).subspan(2));
    asn1::append(indefinite, Bytes(2));
    CHECK(read(indefinite) == expected);

    CHECK_FALSE(read(name_of(Tag::utf8_string, "ann and co")) == expected);
    CHECK_FALSE(read(name_of(Tag::utf8_string, "Ann and Co", "c")) == expected);
    CHECK_FALSE(read(name_of(Tag::utf8_string, "Ann and Co"), 6) == expected);
    // The same attributes, each in a set of its own.
    const Bytes flat = asn1::tlv(
        Tag::sequence,
        {asn1::tlv(Tag::set, {asn1::tlv(Tag::sequence, {asn1::object_identifier(NID_organizationName),
                                                        asn1::tlv(Tag::utf8_string, {text("Ann and Co")})})}),
         asn1::tlv(Tag::set, {asn1::tlv(Tag::sequence, {asn1::object_identifier(NID_countryName),
                                                        asn1::tlv(Tag::printable_string, {text("DE")})})}),
         asn1::tlv(Tag::set, {asn1::tlv(Tag::sequence, {asn1::object_identifier(NID_organizationalUnitName),
                                                        asn1::tlv(Tag::utf8_string, {text("b")})})})});
    CHECK_FALSE(read(flat) == expected);
}

TEST_CASE("OAEP parameters are read, and never fall back to PKCS#1 v1.5") {
    const auto defaults = std::get<KeyTransport>(parse_recipient_info(oaep({0x30, 0x00})));
    CHECK(defaults.padding == KeyTransport::Padding::oaep);
    CHECK(defaults.oaep_digest == DigestAlgorithm::sha1);
    CHECK(defaults.mgf1_digest == DigestAlgorithm::sha1);
    CHECK(defaults.label.empty());

    const Bytes hash = asn1::tlv(asn1::context(0), {hash_identifier_with_null(DigestAlgorithm::sha384)});
    const Bytes mask =
        asn1::tlv(asn1::context(1),
                  {algorithm_identifier(NID_mgf1, hash_identifier_with_null(DigestAlgorithm::sha256))});
    const Bytes label =
        asn1::tlv(asn1::context(2),
                  {algorithm_identifier(NID_pSpecified, asn1::tlv(Tag::octet_string, {as_bytes("label")}))});
    const auto all =
        std::get<KeyTransport>(parse_recipient_info(oaep(asn1::tlv(Tag::sequence, {hash, mask, label}))));
    CHECK(all.oaep_digest == DigestAlgorithm::sha384);
    CHECK(all.mgf1_digest == DigestAlgorithm::sha256);
    CHECK(as_text(all.label) == "label");

    CHECK(error_of(oaep({})) == ErrorCode::malformed);
    CHECK(error_of(oaep(null)) == ErrorCode::malformed);
    CHECK(error_of(oaep({0x04, 0x00})) == ErrorCode::malformed);
    CHECK(error_of(oaep({0x30, 0x02, 0x05, 0x00})) == ErrorCode::malformed);
    const Bytes bad_label = asn1::tlv(asn1::context(2), {algorithm_identifier(NID_pSpecified, null)});
    CHECK(error_of(oaep(asn1::tlv(Tag::sequence, {bad_label}))) == ErrorCode::malformed);
    const Bytes md5 = asn1::tlv(asn1::context(0), {algorithm_identifier(NID_md5, null)});
    CHECK(error_of(oaep(asn1::tlv(Tag::sequence, {md5}))) == ErrorCode::unsupported);
    const Bytes no_mask = asn1::tlv(asn1::context(1), {algorithm_identifier(NID_sha256, null)});
    CHECK(error_of(oaep(asn1::tlv(Tag::sequence, {no_mask}))) == ErrorCode::unsupported);
}

TEST_CASE("a key agreement is read with its point, KDF, wrap and material") {
    Agreement agreement;
    agreement.ukm = Bytes(8, 9);
    agreement.wrap = algorithm_identifier(NID_id_aes256_wrap, null);
    agreement.scheme = NID_dhSinglePass_stdDH_sha512kdf_scheme;
    agreement.recipients = 3;
    const auto info = std::get<KeyAgreement>(parse_recipient_info(agreement.der()));
    CHECK(info.recipients.size() == 3);
    CHECK(info.recipients[2].identifier.issuer_and_serial == comparable());
    CHECK(info.originator_point == agreement.point);
    CHECK(info.kdf_digest == DigestAlgorithm::sha512);
    CHECK(info.wrap_key_size == 32);
    CHECK(info.wrap_algorithm == agreement.wrap);
    CHECK(info.ukm == agreement.ukm);
}

TEST_CASE("a key that Triple-DES wraps is for a key-encryption key of 24 bytes") {
    Agreement agreement;
    CHECK(std::get<KeyAgreement>(parse_recipient_info(agreement.der())).wrap == KeyWrap::aes);
    agreement.wrap = algorithm_identifier(NID_id_smime_alg_CMS3DESwrap, null);
    const auto info = std::get<KeyAgreement>(parse_recipient_info(agreement.der()));
    CHECK(info.wrap == KeyWrap::triple_des);
    CHECK(info.wrap_key_size == 24);
    CHECK(info.wrap_algorithm == agreement.wrap);
}

TEST_CASE("cofactor ECDH is ECDH on curves whose cofactor is 1") {
    for (const auto& [scheme, digest] :
         {std::pair{NID_dhSinglePass_cofactorDH_sha1kdf_scheme, DigestAlgorithm::sha1},
          std::pair{NID_dhSinglePass_cofactorDH_sha224kdf_scheme, DigestAlgorithm::sha224},
          std::pair{NID_dhSinglePass_cofactorDH_sha256kdf_scheme, DigestAlgorithm::sha256},
          std::pair{NID_dhSinglePass_cofactorDH_sha384kdf_scheme, DigestAlgorithm::sha384},
          std::pair{NID_dhSinglePass_cofactorDH_sha512kdf_scheme, DigestAlgorithm::sha512}}) {
        Agreement agreement;
        agreement.scheme = scheme;
        CHECK(std::get<KeyAgreement>(parse_recipient_info(agreement.der())).kdf_digest == digest);
    }
}

TEST_CASE("whom a key is for is known whatever its algorithms") {
    Agreement agreement;
    agreement.scheme = NID_id_smime_alg_ESDH;
    agreement.recipients = 2;
    CHECK(error_of(agreement.der()) == ErrorCode::unsupported);
    const auto named = recipients_named(agreement.der());
    REQUIRE(named.size() == 2);
    CHECK(named[1] == RecipientIdentifier{comparable(), {}});
}

TEST_CASE("a key agreement that is not ephemeral-static ECDH on our curves is refused") {
    Agreement good;
    CHECK(std::holds_alternative<KeyAgreement>(parse_recipient_info(good.der())));
    const auto with = [](auto change) {
        Agreement agreement;
        change(agreement);
        return error_of(agreement.der());
    };
    const auto malformed = ErrorCode::malformed;
    const auto unsupported = ErrorCode::unsupported;
    CHECK(with([](Agreement& a) { a.point.back() ^= 1; }) == malformed);
    CHECK(with([](Agreement& a) { a.point.pop_back(); }) == malformed);
    CHECK(with([](Agreement& a) { a.point = {0}; }) == malformed);
    CHECK(with([](Agreement& a) { a.point.clear(); }) == malformed);
    CHECK(with([](Agreement& a) { a.point.front() = 0x06; }) == malformed);
    CHECK(with([](Agreement& a) { a.unused_bits = 1; }) == malformed);
    CHECK(with([](Agreement& a) { a.version = 2; }) == malformed);
    CHECK(with([](Agreement& a) { a.recipients = 0; }) == malformed);
    CHECK(with([](Agreement& a) { a.recipients = 65; }) == malformed);
    CHECK(with([](Agreement& a) { a.ukm = Bytes(2000); }) == malformed);
    CHECK(with([](Agreement& a) { a.wrap = {}; }) == malformed);
    CHECK(with([](Agreement& a) { a.wrap = null; }) == malformed);
    CHECK(with([](Agreement& a) {
              a.wrap = algorithm_identifier(NID_id_smime_alg_CMS3DESwrap, asn1::integer(1));
          }) == malformed);
    CHECK(with([](Agreement& a) { a.wrap = algorithm_identifier(NID_des_ede3_cbc, null); }) == unsupported);
    CHECK(with([](Agreement& a) { a.scheme = NID_id_smime_alg_ESDH; }) == unsupported);
    CHECK(with([](Agreement& a) { a.key_algorithm = algorithm_identifier(NID_X25519); }) == malformed);
    CHECK(with([](Agreement& a) { a.key_algorithm = algorithm_identifier(NID_ED25519); }) == unsupported);
    CHECK(with([](Agreement& a) { a.point = Bytes(32, 9); }) == malformed);
    const auto named = [](int nid) {
        return algorithm_identifier(NID_X9_62_id_ecPublicKey, asn1::object_identifier(nid));
    };
    CHECK(with([&](Agreement& a) { a.key_algorithm = named(NID_secp384r1); }) == malformed);
    Agreement same;
    same.key_algorithm = named(NID_X9_62_prime256v1);
    CHECK(std::holds_alternative<KeyAgreement>(parse_recipient_info(same.der())));
    same.key_algorithm = algorithm_identifier(NID_X9_62_id_ecPublicKey, null);
    CHECK(std::holds_alternative<KeyAgreement>(parse_recipient_info(same.der())));
}

TEST_CASE("a key agreement on X25519 or X448 is read, strictly (RFC 8418)") {
    Agreement x25519;
    x25519.point = Bytes(32, 9);
    x25519.key_algorithm = algorithm_identifier(NID_X25519);
    const auto x963 = std::get<KeyAgreement>(parse_recipient_info(x25519.der()));
    CHECK(x963.kdf == KeyDerivation::x963);
    CHECK(x963.kdf_digest == DigestAlgorithm::sha256);
    CHECK(x963.originator_point == x25519.point);
    Agreement x448 = x25519;
    x448.point = Bytes(56, 9);
    x448.key_algorithm = algorithm_identifier(NID_X448);
    CHECK(std::holds_alternative<KeyAgreement>(parse_recipient_info(x448.der())));

    const auto with = [&](auto change) {
        Agreement agreement = x25519;
        change(agreement);
        return error_of(agreement.der());
    };
    CHECK(with([](Agreement& a) { a.key_algorithm = algorithm_identifier(NID_X448); }) ==
          ErrorCode::malformed);
    CHECK(with([](Agreement& a) { a.key_algorithm = algorithm_identifier(NID_X25519, null); }) ==
          ErrorCode::malformed);
    CHECK(with([](Agreement& a) { a.point.push_back(0); }) == ErrorCode::malformed);
    CHECK(with([](Agreement& a) { a.scheme = NID_dhSinglePass_cofactorDH_sha256kdf_scheme; }) ==
          ErrorCode::malformed);
    CHECK(with([](Agreement& a) { a.scheme = NID_id_smime_alg_ESDH; }) == ErrorCode::unsupported);
}

TEST_CASE("points are told apart by their length and checked") {
    CHECK(curve_of_point(point_of(test_key(KeyType::p256))) == Curve::p256);
    CHECK(curve_of_point(point_of(test_key(KeyType::p384))) == Curve::p384);
    CHECK(curve_of_point(point_of(test_key(KeyType::p521))) == Curve::p521);
    CHECK(shared_secret_size(Curve::p256) == 32);
    CHECK(shared_secret_size(Curve::p384) == 48);
    CHECK(shared_secret_size(Curve::p521) == 66);
    CHECK(curve_of_point(Bytes(32, 9)) == Curve::x25519);
    CHECK(curve_of_point(Bytes(56, 9)) == Curve::x448);
    CHECK(shared_secret_size(Curve::x25519) == 32);
    CHECK(shared_secret_size(Curve::x448) == 56);
    CHECK_THROWS_AS((void)curve_of_point(Bytes(65, 4)), Error);
    CHECK_THROWS_AS((void)curve_of_point({}), Error);
}

TEST_CASE("recipients by password, key-encryption key or otherwise never match") {
    for (unsigned tag = 2; tag <= 4; ++tag)
        CHECK(std::holds_alternative<OtherRecipient>(
            parse_recipient_info(asn1::tlv(asn1::context(tag), {asn1::integer(0)}))));
    CHECK(error_of(asn1::tlv(asn1::context(5), {asn1::integer(0)})) == ErrorCode::malformed);
    CHECK(error_of({}) == ErrorCode::malformed);
    // A real one among ours is carried along.
    const CertificateAuthority root;
    const Certificate alice = root.issue(test_key(KeyType::p256));
    Bytes longer = Agreement().der();
    longer.push_back(0);
    CHECK(error_of(longer) == ErrorCode::malformed);
}

TEST_CASE("a key that does not unwrap, or has another size, is one error") {
    const auto agreement = std::get<KeyAgreement>(parse_recipient_info(Agreement().der()));
    const auto unwrap = [&](std::size_t index, std::size_t size) {
        try {
            (void)unwrap_agreed_key(agreement, index, Secret(32), size);
        } catch (const Error& error) {
            return error.code();
        }
        throw std::runtime_error("it unwrapped");
    };
    CHECK(unwrap(0, 16) == ErrorCode::cannot_decrypt);
    CHECK(unwrap(0, 32) == ErrorCode::cannot_decrypt);
    CHECK(unwrap(1, 16) == ErrorCode::failed);
}
