#include "cms/signed_content.h"

#include <algorithm>

#include "cms/signed_attributes_check.h"

namespace signet::cms {
namespace {

// A longer content cannot be mistaken for signed attributes.
constexpr std::size_t max_signed_attributes = std::size_t{64} * 1024;

}  // namespace

SignedContent::SignedContent(const std::vector<DigestAlgorithm>& algorithms) {
    for (const DigestAlgorithm algorithm : algorithms)
        m_streams.try_emplace(algorithm, algorithm);
}

void SignedContent::update(BytesView piece) {
    for (auto& [algorithm, stream] : m_streams)
        stream.update(piece);
    const std::size_t room = max_signed_attributes + 1 - m_beginning.size();
    const BytesView kept = piece.first(std::min(room, piece.size()));
    m_beginning.insert(m_beginning.end(), kept.begin(), kept.end());
}

void SignedContent::finish() {
    for (auto& [algorithm, stream] : m_streams)
        m_digests[algorithm] = stream.finish();
}

bool SignedContent::may_be_signed_attributes() const {
    return m_beginning.size() <= max_signed_attributes && looks_like_signed_attributes(m_beginning);
}

}  // namespace signet::cms
