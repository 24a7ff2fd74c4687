// The content of a SignedData as its signers need it.
#pragma once

#include <map>
#include <vector>

#include "cms/algorithms.h"
#include "cms/bytes.h"
#include "cms/digest_stream.h"

namespace signet::cms {

/// The content's digests, and its beginning for where it is signed without attributes. Takes constant memory.
/// One thread at a time.
class SignedContent {
  public:
    /// With these hashes. Throws Error(failed) if OpenSSL does.
    explicit SignedContent(const std::vector<DigestAlgorithm>& algorithms);

    /// The next piece. Throws as above.
    void update(BytesView piece);
    /// There is no more; once, and before what follows. Throws as above.
    void finish();

    [[nodiscard]] bool has(DigestAlgorithm algorithm) const noexcept { return m_digests.contains(algorithm); }
    /// The digest with one of the hashes.
    [[nodiscard]] const Bytes& digest(DigestAlgorithm algorithm) const { return m_digests.at(algorithm); }
    /// Whether the content is an encoding of signed attributes (see looks_like_signed_attributes).
    [[nodiscard]] bool may_be_signed_attributes() const;

  private:
    std::map<DigestAlgorithm, DigestStream> m_streams;
    std::map<DigestAlgorithm, Bytes> m_digests;
    Bytes m_beginning;
};

}  // namespace signet::cms
