// A hash over content that comes in pieces.
#pragma once

#include "cms/algorithms.h"
#include "cms/bytes.h"
#include "cms/openssl_ptr.h"

namespace signet::cms {

/// One thread at a time. Throws Error(failed) if OpenSSL does.
class DigestStream {
  public:
    explicit DigestStream(DigestAlgorithm);
    void update(BytesView piece);
    /// The digest of all pieces; once.
    [[nodiscard]] Bytes finish();

  private:
    DigestAlgorithm m_algorithm;
    EvpMdCtxPtr m_context;
};

/// The digest of `content` in one call.
[[nodiscard]] Bytes digest(DigestAlgorithm, BytesView content);

}  // namespace signet::cms
