// A hash over content that comes in pieces (FIPS 180-4, FIPS 202; RFC 5652 section 5.4).
#pragma once

#include "cms/algorithms.h"
#include "cms/bytes.h"
#include "cms/openssl_ptr.h"

namespace signet::cms {

/// One thread at a time. Throws Error(failed) if OpenSSL does.
class DigestStream {
  public:
    /// Of no content yet.
    explicit DigestStream(DigestAlgorithm);
    /// The next piece; not after `finish`.
    void update(BytesView piece);
    /// The digest of all pieces; once.
    [[nodiscard]] Bytes finish();

  private:
    DigestAlgorithm m_algorithm;
    EvpMdCtxPtr m_context;
};

/// The digest of `content` in one call. Throws as above.
[[nodiscard]] Bytes digest(DigestAlgorithm, BytesView content);

}  // namespace signet::cms
