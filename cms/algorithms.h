// The algorithms that Signet uses, and their names in OpenSSL, in ASN.1 and in MIME.
#pragma once

#include <openssl/types.h>

#include <cstddef>
#include <optional>
#include <string_view>

namespace signet::cms {

/// Hashes. SHA-1 serves OAEP and MGF1 (RFC 8017) and X9.63 KDFs of others only, SHA-224 the latter alone;
/// they never sign. SHAKE256 with 64 bytes goes with Ed448 (RFC 8419 section 2.3) and nothing else. MD5 is
/// for old signatures of others, where somebody asks to have them accepted.
enum class DigestAlgorithm { sha1, sha256, sha384, sha512, shake256, md5, sha224 };

/// How a SignerInfo is signed (RFC 3370 section 3.2, RFC 4056, RFC 5754 section 3.3, RFC 8419). DSA (RFC 3370
/// section 3.1, RFC 5754 section 3.1) is for old signatures of others, where somebody asks to have them
/// accepted.
enum class SignatureScheme { rsa_pkcs1, rsa_pss, ecdsa, ed25519, ed448, dsa };

/// Whether content with this digest may be signed so: RSA and ECDSA with SHA-2, Ed25519 with SHA-512 and
/// Ed448 with SHAKE256 alone (RFC 8419 section 2.3), DSA with nothing.
bool goes_with(SignatureScheme, DigestAlgorithm) noexcept;
/// Whether the signed attributes themselves are signed, and not their digest: EdDSA.
bool signs_message(SignatureScheme) noexcept;

/// Content encryption (RFC 3565, RFC 5084, RFC 8103; of old messages RFC 3370 section 5, where RC2 has a key
/// as long as its effective bits).
enum class ContentCipher {
    aes128_cbc,
    aes192_cbc,
    aes256_cbc,
    aes128_gcm,
    aes192_gcm,
    aes256_gcm,
    chacha20_poly1305,
    aes128_ccm,
    aes192_ccm,
    aes256_ccm,
    triple_des_cbc,
    rc2_128_cbc,
    rc2_64_cbc,
    rc2_40_cbc,
};

/// Bytes of a digest.
std::size_t digest_size(DigestAlgorithm) noexcept;
/// OpenSSL's object; static, not owned.
const EVP_MD* evp_md(DigestAlgorithm) noexcept;
/// "sha256": as the configuration, the command line and OpenSSL write it.
std::string_view digest_name(DigestAlgorithm) noexcept;
/// "sha-256": the micalg parameter of multipart/signed (RFC 8551 section 3.5.3.2).
std::string_view micalg(DigestAlgorithm) noexcept;
/// The algorithm called `name` ("sha256", "SHA-256"), none if there is none; MD5 and SHA-224 cannot be asked
/// for.
std::optional<DigestAlgorithm> digest_from_name(std::string_view name) noexcept;
/// The algorithm with OpenSSL's NID `nid`, none if it is not one of ours, or SHA-224, which is
/// no hash of a content.
std::optional<DigestAlgorithm> digest_from_nid(int nid) noexcept;
int digest_nid(DigestAlgorithm) noexcept;

/// Bytes of the key.
std::size_t key_size(ContentCipher) noexcept;
/// Bytes of the IV (CBC: a block) or nonce (AEAD, 12; CCM may have others, see is_iv_size in
/// content_cipher.h).
std::size_t iv_size(ContentCipher) noexcept;
bool is_aead(ContentCipher) noexcept;
/// Whether new messages may have it; the others are for messages of others, old ones or, with CCM, rare ones.
bool is_written(ContentCipher) noexcept;
/// Whether anybody can break it, so that it is read only where somebody asks to have it read: RC2.
bool is_broken(ContentCipher) noexcept;
/// "aes-256-gcm": as OpenSSL writes it, in small letters.
std::string_view cipher_name(ContentCipher) noexcept;
/// The one called so among those that are written.
std::optional<ContentCipher> cipher_from_name(std::string_view name) noexcept;
/// By its object identifier in dotted decimal. Those of RC2 have one, and parameters that tell them apart:
/// then it is the one of 128 bits.
std::optional<ContentCipher> cipher_from_oid(std::string_view oid) noexcept;
/// Dotted decimal; ends with a zero.
std::string_view cipher_oid(ContentCipher) noexcept;

}  // namespace signet::cms
