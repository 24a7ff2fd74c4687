// The content of a SignedData as its signers need it.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <vector>

#include "cms/algorithms.h"
#include "cms/bytes.h"
#include "cms/digest_stream.h"

namespace signet::cms {

/// Bytes of the longest content that an EdDSA signature without signed attributes may be over: pure EdDSA
/// reads its message twice (RFC 8032 section 5.1.6), so all of it is kept.
inline constexpr std::size_t max_eddsa_content = std::size_t{8} << 20;
/// Bytes that EdDSA signatures without signed attributes are checked over in one message, the content counted
/// for each signer, and for each certificate that it may go by.
inline constexpr std::size_t max_eddsa_total = std::size_t{64} << 20;

/// The content's digests, and its beginning for where it is signed without attributes. Takes constant memory:
/// max_eddsa_content, and 4 MiB without a hash that goes with EdDSA. One thread at a time.
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
    /// All of the content, for pure EdDSA; none if it is longer than max_eddsa_content, or without a hash
    /// that goes with EdDSA (RFC 8419 section 2.3).
    [[nodiscard]] std::optional<BytesView> whole() const noexcept;
    /// Whether the content is an encoding of signed attributes (see looks_like_signed_attributes).
    [[nodiscard]] bool may_be_signed_attributes() const noexcept { return m_may_be_signed_attributes; }

  private:
    std::map<DigestAlgorithm, DigestStream> m_streams;
    std::map<DigestAlgorithm, Bytes> m_digests;
    std::size_t m_limit;
    /// Empty once it got longer than the limit.
    Bytes m_beginning;
    bool m_is_longer = false;
    bool m_may_be_signed_attributes = false;
};

}  // namespace signet::cms
