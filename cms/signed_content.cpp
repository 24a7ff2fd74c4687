#include "cms/signed_content.h"

#include <algorithm>

#include "cms/signed_attributes_check.h"
#include "cms/signed_data_reader.h"

namespace signet::cms {
namespace {

// A longer content cannot be somebody's signed attributes: no message with them is read.
constexpr std::size_t max_signed_attributes = max_signer_infos_size;

bool goes_with_eddsa(DigestAlgorithm algorithm) noexcept {
    return goes_with(SignatureScheme::ed25519, algorithm) || goes_with(SignatureScheme::ed448, algorithm);
}

}  // namespace

SignedContent::SignedContent(const std::vector<DigestAlgorithm>& algorithms)
    : m_limit(std::any_of(algorithms.begin(), algorithms.end(), goes_with_eddsa) ? max_eddsa_content
                                                                                 : max_signed_attributes) {
    for (const DigestAlgorithm algorithm : algorithms)
        m_streams.try_emplace(algorithm, algorithm);
}

void SignedContent::update(BytesView piece) {
    for (auto& [algorithm, stream] : m_streams)
        stream.update(piece);
    m_is_longer = m_is_longer || piece.size() > m_limit - m_beginning.size();
    if (m_is_longer)
        Bytes().swap(m_beginning);
    else
        m_beginning.insert(m_beginning.end(), piece.begin(), piece.end());
}

void SignedContent::finish() {
    for (auto& [algorithm, stream] : m_streams)
        m_digests[algorithm] = stream.finish();
    m_may_be_signed_attributes = !m_is_longer && m_beginning.size() <= max_signed_attributes &&
                                 looks_like_signed_attributes(m_beginning);
}

std::optional<BytesView> SignedContent::whole() const noexcept {
    if (m_is_longer || m_limit < max_eddsa_content)
        return std::nullopt;
    return m_beginning;
}

}  // namespace signet::cms
