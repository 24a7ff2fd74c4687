// OpenSSL's side of a content cipher.
#pragma once

#include <cstddef>
#include <cstdint>

#include "cms/algorithms.h"
#include "cms/openssl_ptr.h"

namespace signet::cms {

/// For RC2 OpenSSL's legacy provider is loaded, for this alone: nothing else can use what it brings. Throws
/// Error(unsupported) if this machine does not have the cipher.
[[nodiscard]] EvpCipherPtr content_cipher(ContentCipher);
/// The longest content, in bytes: of AES-GCM as NIST SP 800-38D section 5.2.1.1 has it, of ChaCha20-Poly1305
/// as RFC 8439 section 2.8, of AES-CCM as much as is kept, since nothing of it comes out before all is there.
[[nodiscard]] std::uint64_t max_content_size(ContentCipher) noexcept;
/// Whether it is AES-CCM, which must know the length of its content beforehand.
[[nodiscard]] bool is_ccm(ContentCipher) noexcept;
/// Whether an IV or nonce may have `size` bytes: iv_size, and 7 to 13 of AES-CCM (RFC 5084 section 3.1).
[[nodiscard]] bool is_iv_size(ContentCipher, std::size_t size) noexcept;
/// Of the tags that we make; those of others may be shorter.
inline constexpr std::size_t aead_tag_size = 16;
/// Whether a tag may have `size` bytes (RFC 5084 section 3.2; of the shorter ones of section 3.1 none is
/// read).
constexpr bool is_tag_size(std::size_t size) noexcept {
    return size >= 12 && size <= aead_tag_size;
}

}  // namespace signet::cms
