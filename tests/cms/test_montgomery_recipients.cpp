// X25519 and X448 (RFC 8418). OpenSSL 3.0 has them not in its CMS, so that what is derived is checked by
// hand.
#include <openssl/hmac.h>

#include <algorithm>

#include "cms/asn1/der.h"
#include "cms/enveloped_data.h"
#include "cms/error.h"
#include "cms/key_wrap.h"
#include "cms/recipient_info.h"
#include "tests/catch.h"
#include "tests/cms/certificate_authority.h"
#include "tests/cms/software_token.h"
#include "tests/cms/test_keys.h"

using namespace signet;
using namespace signet::cms;
using namespace signet::cms::test;

namespace {

Bytes hmac_sha256(const Bytes& key, const Bytes& data) {
    Bytes mac(32);
    unsigned int size = 0;
    REQUIRE(HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), data.data(), data.size(), mac.data(),
                 &size) != nullptr);
    return mac;
}

Bytes bytes_of(const Secret& secret) {
    return {secret.bytes().begin(), secret.bytes().end()};
}

// id-aes256-wrap, parameters absent.
const Bytes aes256_wrap{0x30, 0x0B, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x01, 0x2D};

}  // namespace

TEST_CASE("what is encrypted for X25519 and X448 opens, and says HKDF") {
    const CertificateAuthority root;
    struct Case {
        KeyType key;
        std::size_t point;
        DigestAlgorithm digest;
        const char* scheme;
    };
    for (const Case& used :
         {Case{KeyType::x25519, 32, DigestAlgorithm::sha256, "1.2.840.113549.1.9.16.3.19"},
          Case{KeyType::x448, 56, DigestAlgorithm::sha512, "1.2.840.113549.1.9.16.3.21"}}) {
        INFO(used.scheme);
        const Certificate alice = root.issue(test_key(used.key));
        CHECK(alice.key_kind() == KeyKind::montgomery);
        CHECK(alice.may_decrypt());
        CHECK_FALSE(alice.may_sign());
        const Bytes content(100, 'c');
        for (const ContentCipher cipher : {ContentCipher::aes128_cbc, ContentCipher::aes256_gcm}) {
            EncryptOptions options;
            options.cipher = cipher;
            const Bytes message = encrypt_content(content, {alice}, options);
            CHECK(open_message(message, alice, test_key(used.key)) == content);
            const EnvelopedMessage parsed = parse_enveloped(message);
            const auto info = std::get<KeyAgreement>(parse_recipient_info(parsed.recipient_infos.front()));
            CHECK(info.kdf == KeyDerivation::hkdf);
            CHECK(info.kdf_digest == used.digest);
            CHECK(info.originator_point.size() == used.point);
            const Bytes oid = asn1::object_identifier(used.scheme);
            CHECK(std::search(message.begin(), message.end(), oid.begin(), oid.end()) != message.end());
            CHECK_THROWS_AS(open_message(message, alice, test_key(used.key, 1)), Error);
        }
    }
}

TEST_CASE("HKDF has no salt, and ECC-CMS-SharedInfo as its info") {
    const Bytes shared(32, 0x5A);
    const Bytes ukm{1, 2, 3, 4};
    // RFC 5753 section 7.2: keyInfo, entityUInfo [0], suppPubInfo [2] with 256 bits.
    const Bytes with_ukm = asn1::tlv(
        asn1::Tag::sequence,
        {aes256_wrap, Bytes{0xA0, 0x06, 0x04, 0x04, 1, 2, 3, 4}, Bytes{0xA2, 0x06, 0x04, 0x04, 0, 0, 1, 0}});
    const Bytes without =
        asn1::tlv(asn1::Tag::sequence, {aes256_wrap, Bytes{0xA2, 0x06, 0x04, 0x04, 0, 0, 1, 0}});
    for (const auto& [material, shared_info] : {std::pair(ukm, with_ukm), std::pair(Bytes(), without)}) {
        // RFC 5869: extract with a salt of zeros, then the first block of expand.
        const Bytes pseudo_random_key = hmac_sha256(Bytes(32), shared);
        Bytes block = shared_info;
        block.push_back(1);
        const Secret key = derive_key_encryption_key(Secret(shared), KeyDerivation::hkdf,
                                                     DigestAlgorithm::sha256, aes256_wrap, 32, material);
        CHECK(bytes_of(key) == hmac_sha256(pseudo_random_key, block));
    }
}

TEST_CASE("a key that is agreed on with X9.63 unwraps on Montgomery curves too, and never from zeros") {
    KeyAgreement agreement;
    agreement.originator_point = Bytes(32, 9);
    agreement.wrap_key_size = 32;
    agreement.wrap_algorithm = aes256_wrap;
    const Secret content_key(Bytes(16, 0x77));
    const auto wrapped_from = [&](const Secret& shared) {
        return wrap_key(
            derive_key_encryption_key(shared, agreement.kdf, agreement.kdf_digest, aes256_wrap, 32, {}),
            content_key);
    };
    const Secret shared(Bytes(32, 0x5A));
    agreement.recipients = {{{}, wrapped_from(shared)}};
    CHECK(bytes_of(unwrap_agreed_key(agreement, 0, shared, 16)) == bytes_of(content_key));
    // What a point of small order yields for every key: anybody could have wrapped this.
    const Secret zeros(32);
    agreement.recipients = {{{}, wrapped_from(zeros)}};
    CHECK_THROWS_AS((void)unwrap_agreed_key(agreement, 0, zeros, 16), Error);
}
