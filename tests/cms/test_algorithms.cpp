#include "cms/algorithm_identifier.h"
#include "cms/algorithms.h"
#include "cms/content_cipher.h"
#include "cms/digest_stream.h"
#include "tests/catch.h"

#include <openssl/evp.h>

using namespace signet::cms;

TEST_CASE("a digest is found by each of its names, and nothing else is") {
    for (const DigestAlgorithm algorithm :
         {DigestAlgorithm::sha1, DigestAlgorithm::sha256, DigestAlgorithm::sha384, DigestAlgorithm::sha512}) {
        CHECK(digest_from_name(digest_name(algorithm)) == algorithm);
        CHECK(digest_from_name(micalg(algorithm)) == algorithm);
        CHECK(digest_from_nid(digest_nid(algorithm)) == algorithm);
        CHECK(digest_size(algorithm) == static_cast<std::size_t>(EVP_MD_get_size(evp_md(algorithm))));
    }
    CHECK(digest_from_name("shake256") == DigestAlgorithm::shake256);
    CHECK(digest_from_nid(NID_md5) == DigestAlgorithm::md5);
    CHECK(digest_size(DigestAlgorithm::shake256) == 64);
    CHECK(digest_from_name("SHA-384") == DigestAlgorithm::sha384);
    CHECK(digest_from_name("SHA512") == DigestAlgorithm::sha512);
    CHECK_FALSE(digest_from_name("md5"));
    CHECK_FALSE(digest_from_name("sha224"));
    CHECK_FALSE(digest_from_nid(NID_sha224));
    CHECK(digest_size(DigestAlgorithm::sha224) == 28);
    CHECK_FALSE(digest_from_name("sha"));
    CHECK_FALSE(digest_from_name(""));
    CHECK_FALSE(digest_from_nid(NID_md4));
}

TEST_CASE("a content cipher is found by its name and its object identifier, and its sizes are OpenSSL's") {
    using enum ContentCipher;
    for (const ContentCipher cipher :
         {aes128_cbc, aes192_cbc, aes256_cbc, aes128_gcm, aes192_gcm, aes256_gcm, chacha20_poly1305,
          aes128_ccm, aes192_ccm, aes256_ccm, triple_des_cbc, rc2_128_cbc, rc2_64_cbc, rc2_40_cbc}) {
        CAPTURE(cipher_name(cipher));
        const EvpCipherPtr evp = content_cipher(cipher);
        REQUIRE(evp);
        CHECK(key_size(cipher) == static_cast<std::size_t>(EVP_CIPHER_get_key_length(evp.get())));
        CHECK(iv_size(cipher) == static_cast<std::size_t>(EVP_CIPHER_get_iv_length(evp.get())));
        CHECK(is_aead(cipher) == ((EVP_CIPHER_get_flags(evp.get()) & EVP_CIPH_FLAG_AEAD_CIPHER) != 0));
        const bool is_rc2 = cipher == rc2_128_cbc || cipher == rc2_64_cbc || cipher == rc2_40_cbc;
        CHECK(is_broken(cipher) == is_rc2);
        CHECK(cipher_from_oid(cipher_oid(cipher)) == (is_rc2 ? rc2_128_cbc : cipher));
        CHECK(is_written(cipher) == (!is_rc2 && !is_ccm(cipher) && cipher != triple_des_cbc));
        CHECK(cipher_from_name(cipher_name(cipher)).has_value() == is_written(cipher));
    }
    CHECK(cipher_from_name("AES-256-GCM") == aes256_gcm);
    // RFC 3565, RFC 5084, RFC 3370, as OpenSSL has them.
    CHECK(OBJ_txt2nid(cipher_oid(aes192_cbc).data()) == NID_aes_192_cbc);
    CHECK(OBJ_txt2nid(cipher_oid(aes256_gcm).data()) == NID_aes_256_gcm);
    CHECK(OBJ_txt2nid(cipher_oid(aes128_ccm).data()) == NID_aes_128_ccm);
    CHECK(OBJ_txt2nid(cipher_oid(aes192_ccm).data()) == NID_aes_192_ccm);
    CHECK(OBJ_txt2nid(cipher_oid(aes256_ccm).data()) == NID_aes_256_ccm);
    CHECK(OBJ_txt2nid(cipher_oid(triple_des_cbc).data()) == NID_des_ede3_cbc);
    CHECK(OBJ_txt2nid(cipher_oid(rc2_40_cbc).data()) == NID_rc2_cbc);
    CHECK_FALSE(cipher_from_oid("1.2.840.113549.3.4"));
    CHECK_FALSE(cipher_from_oid(""));
}

TEST_CASE("a digest of pieces is the digest of the whole") {
    const Bytes whole(1000, 0x5A);
    DigestStream stream(DigestAlgorithm::sha384);
    stream.update(BytesView(whole).first(1));
    stream.update({});
    stream.update(BytesView(whole).subspan(1));
    CHECK(stream.finish() == digest(DigestAlgorithm::sha384, whole));
    CHECK(digest(DigestAlgorithm::sha1, as_bytes("abc")) == Bytes{0xA9, 0x99, 0x3E, 0x36, 0x47, 0x06, 0x81,
                                                                  0x6A, 0xBA, 0x3E, 0x25, 0x71, 0x78, 0x50,
                                                                  0xC2, 0x6C, 0x9C, 0xD0, 0xD8, 0x9D});
    // FIPS 202: SHAKE256 of nothing.
    const Bytes shake = digest(DigestAlgorithm::shake256, {});
    REQUIRE(shake.size() == 64);
    CHECK(Bytes(shake.begin(), shake.begin() + 8) == Bytes{0x46, 0xB9, 0xDD, 0x2B, 0x0B, 0xA8, 0x8D, 0x13});
    CHECK(Bytes(shake.end() - 8, shake.end()) == Bytes{0x40, 0x29, 0x2E, 0xAC, 0xB3, 0xB7, 0xC4, 0xBE});
}

TEST_CASE("an algorithm identifier of ours is the one of the RFC") {
    // RFC 5754 section 2: parameters absent. RFC 3370 section 3.2: rsaEncryption with NULL.
    CHECK(digest_algorithm_identifier(DigestAlgorithm::sha256) ==
          Bytes{0x30, 0x0B, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01});
    CHECK(signature_algorithm_identifier(SignatureScheme::rsa_pkcs1, DigestAlgorithm::sha512) ==
          Bytes{0x30, 0x0D, 0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x01, 0x05, 0x00});
    CHECK(signature_algorithm_identifier(SignatureScheme::ecdsa, DigestAlgorithm::sha384) ==
          Bytes{0x30, 0x0A, 0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x04, 0x03, 0x03});
    // RFC 4055 section 3.1, with the hash of section 6: rSASSA-PSS-SHA256-Params, salt 32.
    const Bytes pss{0x30, 0x41, 0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x0A, 0x30,
                    0x34, 0xA0, 0x0F, 0x30, 0x0D, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04,
                    0x02, 0x01, 0x05, 0x00, 0xA1, 0x1C, 0x30, 0x1A, 0x06, 0x09, 0x2A, 0x86, 0x48, 0x86,
                    0xF7, 0x0D, 0x01, 0x01, 0x08, 0x30, 0x0D, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65,
                    0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0xA2, 0x03, 0x02, 0x01, 0x20};
    CHECK(signature_algorithm_identifier(SignatureScheme::rsa_pss, DigestAlgorithm::sha256) == pss);
    // RFC 8410 section 3 and RFC 8419 section 2.3.
    CHECK(signature_algorithm_identifier(SignatureScheme::ed25519, DigestAlgorithm::sha512) ==
          Bytes{0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70});
    CHECK(signature_algorithm_identifier(SignatureScheme::ed448, DigestAlgorithm::shake256) ==
          Bytes{0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x71});
    CHECK(digest_algorithm_identifier(DigestAlgorithm::shake256) == Bytes{0x30, 0x0F, 0x06, 0x09, 0x60, 0x86,
                                                                          0x48, 0x01, 0x65, 0x03, 0x04, 0x02,
                                                                          0x12, 0x02, 0x02, 0x02, 0x00});
}

TEST_CASE("only hashes that go with a signature scheme have an identifier with it") {
    for (const auto scheme : {SignatureScheme::rsa_pkcs1, SignatureScheme::rsa_pss, SignatureScheme::ecdsa,
                              SignatureScheme::ed25519, SignatureScheme::ed448})
        for (const auto hash : {DigestAlgorithm::sha1, DigestAlgorithm::sha256, DigestAlgorithm::sha384,
                                DigestAlgorithm::sha512, DigestAlgorithm::shake256})
            CHECK(signature_algorithm_identifier(scheme, hash).empty() != goes_with(scheme, hash));
    CHECK(goes_with(SignatureScheme::ecdsa, DigestAlgorithm::sha384));
    CHECK_FALSE(goes_with(SignatureScheme::rsa_pss, DigestAlgorithm::sha1));
    CHECK_FALSE(goes_with(SignatureScheme::rsa_pkcs1, DigestAlgorithm::shake256));
    CHECK(goes_with(SignatureScheme::ed25519, DigestAlgorithm::sha512));
    CHECK_FALSE(goes_with(SignatureScheme::ed25519, DigestAlgorithm::sha256));
    CHECK(goes_with(SignatureScheme::ed448, DigestAlgorithm::shake256));
    CHECK_FALSE(goes_with(SignatureScheme::ed448, DigestAlgorithm::sha512));
}
