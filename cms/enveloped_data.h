// EnvelopedData and AuthEnvelopedData around a content (RFC 5652 section 6, RFC 5083, RFC 5084).
#pragma once

#include "cms/algorithms.h"
#include "cms/bytes.h"
#include "cms/certificate.h"
#include "secret/secret.h"

#include <string>
#include <vector>

namespace signet::cms {

/// What a message says before its content.
struct EnvelopedHead {
    /// AuthEnvelopedData; else EnvelopedData, whose content nothing protects from alteration.
    bool authenticated = false;
    /// DER of each RecipientInfo, in order.
    std::vector<Bytes> recipient_infos;
    ContentCipher cipher{};
    /// DER of the contentEncryptionAlgorithm.
    Bytes content_encryption_algorithm;
    std::string content_type;
    /// The IV or nonce, as long as the cipher's.
    Bytes iv;
    /// AuthEnvelopedData only: bytes of the tag, 12 to 16.
    std::size_t tag_size = 0;
};

/// What it says after its content: of AuthEnvelopedData the tag and DER of the SET OF authenticated
/// attributes, if any; of EnvelopedData nothing.
struct EnvelopedTail {
    Bytes tag;
    Bytes authenticated_attributes;
};

/// A parsed message for somebody: everything but a key.
struct EnvelopedMessage : EnvelopedHead, EnvelopedTail {
    Bytes encrypted_content;
};

/// Reads a message in memory, as EnvelopedDataReader does one that comes in pieces. Throws as that does.
[[nodiscard]] EnvelopedMessage parse_enveloped(BytesView message);

/// A content-encryption AlgorithmIdentifier (DER), as the agent gets it: the cipher it names. Throws Error as
/// above.
[[nodiscard]] ContentCipher parse_content_encryption_algorithm(BytesView der);

/// The plaintext. Throws Error(cannot_decrypt) if the key is wrong or the content was altered (one error for
/// all). For an AEAD nothing is returned before the tag verified.
/// See ContentDecryption for a content that comes in pieces.
[[nodiscard]] Bytes decrypt_content(const EnvelopedMessage&, const Secret& key);

/// How a content-encryption key is encrypted for an RSA key (RFC 3370 section 4.2.1, RFC 3560). OAEP with
/// SHA-1 throughout is what every token can open: many have no other OAEP, and its security does not rest on
/// collisions.
enum class RsaKeyTransport { pkcs1, oaep_sha1, oaep_sha256 };

struct EncryptOptions {
    /// What the recipients can read is up to the caller: see content_cipher_for (smime_capabilities.h).
    ContentCipher cipher = ContentCipher::aes256_gcm;
    RsaKeyTransport rsa = RsaKeyTransport::oaep_sha1;
};

/// DER of ContentInfo: `content` for all `recipients`, AuthEnvelopedData for an AEAD, else
/// EnvelopedData. RSA keys get key transport, EC keys (P-256, P-384, P-521) ephemeral-static ECDH with
/// dhSinglePass-stdDH-sha256kdf-scheme (sha384, sha512 for the larger curves) and AES key wrap as strong as
/// the content's; X25519 and X448 keys the same with HKDF (RFC 8418). Throws Error(unsupported) naming a
/// recipient whose key is of another kind, or Error(failed) without recipients. See ContentEncryption for a
/// content that comes in pieces.
[[nodiscard]] Bytes encrypt_content(BytesView content, const std::vector<Certificate>& recipients,
                                    const EncryptOptions&);

}  // namespace signet::cms
