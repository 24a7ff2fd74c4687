// What recipients can read, as their certificates say (sMIMECapabilities: RFC 4262, RFC 8551 section 2.5.2).
#pragma once

#include "cms/algorithms.h"
#include "cms/bytes.h"
#include "cms/certificate.h"

#include <cstddef>
#include <optional>
#include <vector>

namespace signet::cms {

/// Bytes of the extension's value, and entries in it.
inline constexpr std::size_t max_smime_capabilities_size = std::size_t{16} << 10;
inline constexpr std::size_t max_smime_capabilities = 256;

/// The content ciphers that we write in SMIMECapabilities (DER), in their order there; entries that we do not
/// know, and ciphers with parameters that they do not have, are passed over. Throws Error(malformed), also
/// above a limit.
[[nodiscard]] std::vector<ContentCipher> parse_smime_capabilities(BytesView der);

/// The same of the certificate's extension; none without one. Throws Error(malformed) naming the certificate,
/// also if it has two.
[[nodiscard]] std::optional<std::vector<ContentCipher>> content_ciphers_of(const Certificate& certificate);

/// The cipher for a message to all of `recipients`: AES-256-GCM, or the best (GCM, ChaCha20-Poly1305, CBC,
/// then the longer key) of those that every certificate with the extension lists. Throws Error(unsupported)
/// naming the recipient that leaves none, Error(malformed) as above.
[[nodiscard]] ContentCipher content_cipher_for(const std::vector<Certificate>& recipients);

}  // namespace signet::cms
