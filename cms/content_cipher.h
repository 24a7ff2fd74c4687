// OpenSSL's side of a content cipher.
#pragma once

#include <openssl/types.h>

#include <cstddef>

#include "cms/algorithms.h"

namespace signet::cms {

/// Static, not owned.
const EVP_CIPHER* evp_cipher(ContentCipher) noexcept;
/// Bytes of the IV (CBC, 16) or nonce (GCM, 12).
std::size_t iv_size(ContentCipher) noexcept;
/// Of the tags that we make; those of others may be shorter.
inline constexpr std::size_t gcm_tag_size = 16;
/// Whether a GCM tag may have `size` bytes (RFC 5084 section 3.2).
constexpr bool is_tag_size(std::size_t size) noexcept {
    return size >= 12 && size <= gcm_tag_size;
}

}  // namespace signet::cms
