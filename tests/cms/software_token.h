// What signet-token does, with a key in memory.
#pragma once

#include "cms/enveloped_data.h"
#include "cms/recipient_info.h"
#include "cms/signed_data_builder.h"

namespace signet::cms::test {

/// A signature over a message with this digest, as a token gives it.
Bytes sign_digest(EVP_PKEY& key, SignatureScheme scheme, DigestAlgorithm digest_algorithm, BytesView digest);

/// An EdDSA signature over `message`.
Bytes sign_message(EVP_PKEY& key, BytesView message);

/// A whole Signature over `content` by `key`, at `signing_time`.
Signature sign_content(EVP_PKEY& key, const SignerProfile& signer, SignatureScheme scheme,
                       DigestAlgorithm digest_algorithm, BytesView content,
                       const std::string& content_type = "1.2.840.113549.1.7.1",
                       std::int64_t signing_time = 1750000000);

/// The content-encryption key of `message` for `key`, whose certificate is `certificate`. Throws Error, and
/// Error(cannot_decrypt) if the message is not for it.
Secret unwrap_for(const EnvelopedMessage& message, const Certificate& certificate, EVP_PKEY& key);

/// The shared secret Z of ECDH, X25519 or X448 with the other side's public key, as a token gives it. Throws
/// std::runtime_error.
Secret agree(EVP_PKEY& key, const Bytes& point);

/// RSA decryption as a token does it; empty if it failed.
Secret rsa_decrypt(EVP_PKEY& key, const KeyTransport& transport);

/// parse_enveloped, unwrap_for and decrypt_content.
Bytes open_message(BytesView message, const Certificate& certificate, EVP_PKEY& key);

}  // namespace signet::cms::test
