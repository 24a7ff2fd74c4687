// One RecipientInfo, and what turns a token's answer into the content-encryption key (RFC 5652 section 6.2,
// RFC 5753, RFC 8418, RFC 3560).
#pragma once

#include "cms/algorithms.h"
#include "cms/bytes.h"
#include "secret/secret.h"

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace signet::cms {

/// Who a key is for: exactly one of the two is filled.
struct RecipientIdentifier {
    /// As comparable_issuer_and_serial has it.
    Bytes issuer_and_serial;
    Bytes subject_key_identifier;

    friend bool operator==(const RecipientIdentifier&, const RecipientIdentifier&) = default;
};

/// KeyTransRecipientInfo with RSA.
struct KeyTransport {
    enum class Padding { pkcs1, oaep };
    RecipientIdentifier recipient;
    Padding padding = Padding::pkcs1;
    /// OAEP only (RFC 3560): hash, MGF1's hash, label.
    DigestAlgorithm oaep_digest = DigestAlgorithm::sha1;
    DigestAlgorithm mgf1_digest = DigestAlgorithm::sha1;
    Bytes label;
    Bytes encrypted_key;
};

enum class Curve { p256, p384, p521, x25519, x448 };

/// What makes a key-encryption key of Z: ANSI X9.63 (RFC 5753 section 7.2) or HKDF (RFC 8418 section 2.2).
enum class KeyDerivation { x963, hkdf };

/// How the key-encryption key wraps: RFC 3394, or, in old messages, RFC 3217 section 3.
enum class KeyWrap { aes, triple_des };

/// KeyAgreeRecipientInfo with ephemeral-static ECDH (RFC 5753 section 3.1, RFC 8418 section 3).
struct KeyAgreement {
    struct Recipient {
        RecipientIdentifier identifier;
        Bytes encrypted_key;
    };
    std::vector<Recipient> recipients;
    /// The originator's ephemeral point: uncompressed, or the bytes of RFC 7748. The curve is the recipient's
    /// own unless the message names one.
    Bytes originator_point;
    KeyDerivation kdf = KeyDerivation::x963;
    DigestAlgorithm kdf_digest = DigestAlgorithm::sha256;
    KeyWrap wrap = KeyWrap::aes;
    /// Of the key-encryption key: 16, 24 or 32 bytes (AES key wrap), or 24 (Triple-DES).
    std::size_t wrap_key_size = 0;
    /// DER of the key wrap AlgorithmIdentifier, as it goes into ECC-CMS-SharedInfo.
    Bytes wrap_algorithm;
    /// User keying material, empty without.
    Bytes ukm;
};

/// A kind of recipient that no token of ours serves (KEK, password, other): it never matches.
struct OtherRecipient {};

using RecipientInfo = std::variant<KeyTransport, KeyAgreement, OtherRecipient>;

/// Reads DER of one RecipientInfo, strictly: OAEP parameters that do not parse are an error, never PKCS#1
/// v1.5; a point that is not on a curve of ours is an error. Throws Error(malformed) or Error(unsupported).
[[nodiscard]] RecipientInfo parse_recipient_info(BytesView der);

/// Whom the RecipientInfo in `der` names, in its order, whether or not its algorithms are supported; nobody
/// for a kind that no token of ours serves. Throws Error(malformed).
[[nodiscard]] std::vector<RecipientIdentifier> recipients_named(BytesView der);

/// The bytes of the shared secret Z for `curve`: 32, 48, 66; X25519 32, X448 56.
[[nodiscard]] std::size_t shared_secret_size(Curve curve) noexcept;
/// The curve of a point by its length, checked to be on that curve; of X25519 and X448 every number is one
/// (RFC 7748 section 5). Throws Error(malformed).
[[nodiscard]] Curve curve_of_point(BytesView point);

/// The KDF over ECC-CMS-SharedInfo, then key unwrap (RFC 5753 section 7.2, RFC 8418 section 2):
/// the content-encryption key of `agreement.recipients[index]`. Throws Error(cannot_decrypt) if it does not
/// unwrap or has another size than `key_size`, or if Z of X25519 or X448 is all zeros (RFC 8418 section 6:
/// a point of small order).
[[nodiscard]] Secret unwrap_agreed_key(const KeyAgreement& agreement, std::size_t index,
                                       const Secret& shared_secret, std::size_t key_size);

/// RSA PKCS#1 v1.5 key transport without an oracle (RFC 3218 section 2.3.2): returns `decrypted` if
/// `token_succeeded` and it has `key_size` bytes, else HMAC-SHA256(secret, ciphertext) stretched to
/// `key_size`; always computes both, and chooses without a branch on secret data.
[[nodiscard]] Secret key_or_implicit_rejection(const Secret& decrypted, bool token_succeeded,
                                               BytesView ciphertext, const Secret& rejection_secret,
                                               std::size_t key_size);

}  // namespace signet::cms
