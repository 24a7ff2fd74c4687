// AES-CCM (RFC 3610, NIST SP 800-38C), which takes a content as a whole.
#pragma once

#include <openssl/types.h>

#include "cms/bytes.h"
#include "secret/secret.h"

namespace signet::cms {

/// What goes with a content.
struct CcmParameters {
    BytesView nonce;
    BytesView additional_data;
    BytesView tag;
};

/// Decrypts `content` in its place. False if it is not genuine, or too long for its nonce; then nothing of
/// the plaintext is in it. Throws Error(failed) if OpenSSL does.
[[nodiscard]] bool ccm_decrypt(const EVP_CIPHER& cipher, const Secret& key, const CcmParameters& parameters,
                               Bytes& content);

}  // namespace signet::cms
