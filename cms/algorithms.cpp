#include "cms/algorithms.h"

#include <openssl/obj_mac.h>

#include <algorithm>
#include <array>
#include <cctype>

namespace signet::cms {
namespace {

struct DigestRow {
    DigestAlgorithm algorithm;
    int nid;
    std::size_t size;
    std::string_view name;
    std::string_view micalg;
};

constexpr std::array digests{
    DigestRow{DigestAlgorithm::sha1, NID_sha1, 20, "sha1", "sha-1"},
    DigestRow{DigestAlgorithm::sha256, NID_sha256, 32, "sha256", "sha-256"},
    DigestRow{DigestAlgorithm::sha384, NID_sha384, 48, "sha384", "sha-384"},
    DigestRow{DigestAlgorithm::sha512, NID_sha512, 64, "sha512", "sha-512"},
    // Among micalg values it is as IANA's Hash Function Textual Names write it.
    DigestRow{DigestAlgorithm::shake256, NID_shake256, 64, "shake256", "shake256"},
    DigestRow{DigestAlgorithm::md5, NID_md5, 16, "md5", "md5"},
    DigestRow{DigestAlgorithm::sha224, NID_sha224, 28, "sha224", "sha-224"},
};

enum class CipherUse { written, read, broken };

struct CipherRow {
    ContentCipher cipher;
    std::string_view oid;
    std::size_t key_size;
    std::size_t iv_size;
    bool aead;
    CipherUse use;
    std::string_view name;
};

constexpr auto written = CipherUse::written;
constexpr auto read = CipherUse::read;
constexpr auto broken = CipherUse::broken;
constexpr std::string_view rc2_cbc = "1.2.840.113549.3.2";

constexpr std::array ciphers{
    CipherRow{ContentCipher::aes128_cbc, "2.16.840.1.101.3.4.1.2", 16, 16, false, written, "aes-128-cbc"},
    CipherRow{ContentCipher::aes192_cbc, "2.16.840.1.101.3.4.1.22", 24, 16, false, written, "aes-192-cbc"},
    CipherRow{ContentCipher::aes256_cbc, "2.16.840.1.101.3.4.1.42", 32, 16, false, written, "aes-256-cbc"},
    CipherRow{ContentCipher::aes128_gcm, "2.16.840.1.101.3.4.1.6", 16, 12, true, written, "aes-128-gcm"},
    CipherRow{ContentCipher::aes192_gcm, "2.16.840.1.101.3.4.1.26", 24, 12, true, written, "aes-192-gcm"},
    CipherRow{ContentCipher::aes256_gcm, "2.16.840.1.101.3.4.1.46", 32, 12, true, written, "aes-256-gcm"},
    CipherRow{ContentCipher::chacha20_poly1305, "1.2.840.113549.1.9.16.3.18", 32, 12, true, written,
              "chacha20-poly1305"},
    CipherRow{ContentCipher::aes128_ccm, "2.16.840.1.101.3.4.1.7", 16, 12, true, read, "aes-128-ccm"},
    CipherRow{ContentCipher::aes192_ccm, "2.16.840.1.101.3.4.1.27", 24, 12, true, read, "aes-192-ccm"},
    CipherRow{ContentCipher::aes256_ccm, "2.16.840.1.101.3.4.1.47", 32, 12, true, read, "aes-256-ccm"},
    CipherRow{ContentCipher::triple_des_cbc, "1.2.840.113549.3.7", 24, 8, false, read, "des-ede3-cbc"},
    CipherRow{ContentCipher::rc2_128_cbc, rc2_cbc, 16, 8, false, broken, "rc2-cbc"},
    CipherRow{ContentCipher::rc2_64_cbc, rc2_cbc, 8, 8, false, broken, "rc2-64-cbc"},
    CipherRow{ContentCipher::rc2_40_cbc, rc2_cbc, 5, 8, false, broken, "rc2-40-cbc"},
};

// No default: an enumerator that is added does not compile here without a case, nor its case without a row.
const DigestRow& row(DigestAlgorithm algorithm) noexcept {
    switch (algorithm) {
        case DigestAlgorithm::sha1:
            return std::get<0>(digests);
        case DigestAlgorithm::sha256:
            return std::get<1>(digests);
        case DigestAlgorithm::sha384:
            return std::get<2>(digests);
        case DigestAlgorithm::sha512:
            return std::get<3>(digests);
        case DigestAlgorithm::shake256:
            return std::get<4>(digests);
        case DigestAlgorithm::md5:
            return std::get<5>(digests);
        case DigestAlgorithm::sha224:
            break;
    }
    return std::get<6>(digests);
}

const CipherRow& row(ContentCipher cipher) noexcept {
    switch (cipher) {
        case ContentCipher::aes128_cbc:
            return std::get<0>(ciphers);
        case ContentCipher::aes192_cbc:
            return std::get<1>(ciphers);
        case ContentCipher::aes256_cbc:
            return std::get<2>(ciphers);
        case ContentCipher::aes128_gcm:
            return std::get<3>(ciphers);
        case ContentCipher::aes192_gcm:
            return std::get<4>(ciphers);
        case ContentCipher::aes256_gcm:
            return std::get<5>(ciphers);
        case ContentCipher::chacha20_poly1305:
            return std::get<6>(ciphers);
        case ContentCipher::aes128_ccm:
            return std::get<7>(ciphers);
        case ContentCipher::aes192_ccm:
            return std::get<8>(ciphers);
        case ContentCipher::aes256_ccm:
            return std::get<9>(ciphers);
        case ContentCipher::triple_des_cbc:
            return std::get<10>(ciphers);
        case ContentCipher::rc2_128_cbc:
            return std::get<11>(ciphers);
        case ContentCipher::rc2_64_cbc:
            return std::get<12>(ciphers);
        case ContentCipher::rc2_40_cbc:
            break;
    }
    return std::get<13>(ciphers);
}

bool equal_without_case(std::string_view a, std::string_view b) noexcept {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

}  // namespace

bool goes_with(SignatureScheme scheme, DigestAlgorithm digest) noexcept {
    switch (scheme) {
        case SignatureScheme::rsa_pkcs1:
        case SignatureScheme::rsa_pss:
        case SignatureScheme::ecdsa:
            return digest == DigestAlgorithm::sha256 || digest == DigestAlgorithm::sha384 ||
                   digest == DigestAlgorithm::sha512;
        case SignatureScheme::ed25519:
            return digest == DigestAlgorithm::sha512;
        case SignatureScheme::ed448:
            return digest == DigestAlgorithm::shake256;
        case SignatureScheme::dsa:
            break;
    }
    return false;
}

bool signs_message(SignatureScheme scheme) noexcept {
    return scheme == SignatureScheme::ed25519 || scheme == SignatureScheme::ed448;
}

std::size_t digest_size(DigestAlgorithm algorithm) noexcept {
    return row(algorithm).size;
}

std::string_view digest_name(DigestAlgorithm algorithm) noexcept {
    return row(algorithm).name;
}

std::string_view micalg(DigestAlgorithm algorithm) noexcept {
    return row(algorithm).micalg;
}

std::optional<DigestAlgorithm> digest_from_name(std::string_view name) noexcept {
    for (const DigestRow& digest : digests)
        if (digest.algorithm != DigestAlgorithm::md5 && digest.algorithm != DigestAlgorithm::sha224 &&
            (equal_without_case(name, digest.name) || equal_without_case(name, digest.micalg)))
            return digest.algorithm;
    return std::nullopt;
}

std::optional<DigestAlgorithm> digest_from_nid(int nid) noexcept {
    for (const DigestRow& digest : digests)
        if (digest.nid == nid && digest.algorithm != DigestAlgorithm::sha224)
            return digest.algorithm;
    return std::nullopt;
}

int digest_nid(DigestAlgorithm algorithm) noexcept {
    return row(algorithm).nid;
}

std::size_t key_size(ContentCipher cipher) noexcept {
    return row(cipher).key_size;
}

std::size_t iv_size(ContentCipher cipher) noexcept {
    return row(cipher).iv_size;
}

bool is_aead(ContentCipher cipher) noexcept {
    return row(cipher).aead;
}

bool is_written(ContentCipher cipher) noexcept {
    return row(cipher).use == CipherUse::written;
}

bool is_broken(ContentCipher cipher) noexcept {
    return row(cipher).use == CipherUse::broken;
}

std::string_view cipher_name(ContentCipher cipher) noexcept {
    return row(cipher).name;
}

std::optional<ContentCipher> cipher_from_name(std::string_view name) noexcept {
    for (const CipherRow& cipher : ciphers)
        if (cipher.use == CipherUse::written && equal_without_case(name, cipher.name))
            return cipher.cipher;
    return std::nullopt;
}

std::optional<ContentCipher> cipher_from_oid(std::string_view oid) noexcept {
    for (const CipherRow& cipher : ciphers)
        if (cipher.oid == oid)
            return cipher.cipher;
    return std::nullopt;
}

std::string_view cipher_oid(ContentCipher cipher) noexcept {
    return row(cipher).oid;
}

}  // namespace signet::cms
