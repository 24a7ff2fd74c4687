// The hash of content that is to be signed.
#pragma once

#include <cstdint>
#include <variant>

#include <nettle/sha2.h>
#include <nettle/sha3.h>

#include "cms/algorithms.h"
#include "cms/bytes.h"

namespace signet::client {

/// SHA-256, SHA-384 or SHA-512 (FIPS 180-4), or 64 bytes of SHAKE256 (FIPS 202), of content that comes in
/// pieces, by Nettle: loading OpenSSL's libcrypto takes longer than all else that signing a file does. One
/// thread at a time.
class ContentHash {
  public:
    /// Throws Error(2) for SHA-1, which never signs.
    explicit ContentHash(cms::DigestAlgorithm algorithm);
    void update(cms::BytesView piece) noexcept;
    /// The digest of all pieces; once.
    [[nodiscard]] cms::Bytes finish();

  private:
    cms::DigestAlgorithm m_algorithm;
    /// SHA-384 is SHA-512 with another start and a shorter end, SHAKE256 is SHA3-256 with another end.
    std::variant<sha256_ctx, sha512_ctx, sha3_256_ctx> m_state;
};

/// The digest of `content` in one call. Throws as ContentHash does.
[[nodiscard]] cms::Bytes content_digest(cms::DigestAlgorithm algorithm, cms::BytesView content);

}  // namespace signet::client
