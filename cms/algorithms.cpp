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
};

struct CipherRow {
    ContentCipher cipher;
    int nid;
    std::size_t key_size;
    bool aead;
    std::string_view name;
};

constexpr std::array ciphers{
    CipherRow{ContentCipher::aes128_cbc, NID_aes_128_cbc, 16, false, "aes-128-cbc"},
    CipherRow{ContentCipher::aes192_cbc, NID_aes_192_cbc, 24, false, "aes-192-cbc"},
    CipherRow{ContentCipher::aes256_cbc, NID_aes_256_cbc, 32, false, "aes-256-cbc"},
    CipherRow{ContentCipher::aes128_gcm, NID_aes_128_gcm, 16, true, "aes-128-gcm"},
    CipherRow{ContentCipher::aes192_gcm, NID_aes_192_gcm, 24, true, "aes-192-gcm"},
    CipherRow{ContentCipher::aes256_gcm, NID_aes_256_gcm, 32, true, "aes-256-gcm"},
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
            break;
    }
    return std::get<5>(digests);
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
            break;
    }
    return std::get<5>(ciphers);
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
            return digest != DigestAlgorithm::sha1 && digest != DigestAlgorithm::shake256 &&
                   digest != DigestAlgorithm::md5;
        case SignatureScheme::ed25519:
            return digest == DigestAlgorithm::sha512;
        case SignatureScheme::ed448:
            break;
    }
    return digest == DigestAlgorithm::shake256;
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
        if (digest.algorithm != DigestAlgorithm::md5 &&
            (equal_without_case(name, digest.name) || equal_without_case(name, digest.micalg)))
            return digest.algorithm;
    return std::nullopt;
}

std::optional<DigestAlgorithm> digest_from_nid(int nid) noexcept {
    for (const DigestRow& digest : digests)
        if (digest.nid == nid)
            return digest.algorithm;
    return std::nullopt;
}

int digest_nid(DigestAlgorithm algorithm) noexcept {
    return row(algorithm).nid;
}

std::size_t key_size(ContentCipher cipher) noexcept {
    return row(cipher).key_size;
}

bool is_aead(ContentCipher cipher) noexcept {
    return row(cipher).aead;
}

std::string_view cipher_name(ContentCipher cipher) noexcept {
    return row(cipher).name;
}

std::optional<ContentCipher> cipher_from_name(std::string_view name) noexcept {
    for (const CipherRow& cipher : ciphers)
        if (equal_without_case(name, cipher.name))
            return cipher.cipher;
    return std::nullopt;
}

std::optional<ContentCipher> cipher_from_nid(int nid) noexcept {
    for (const CipherRow& cipher : ciphers)
        if (cipher.nid == nid)
            return cipher.cipher;
    return std::nullopt;
}

int cipher_nid(ContentCipher cipher) noexcept {
    return row(cipher).nid;
}

}  // namespace signet::cms
