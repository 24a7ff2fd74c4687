#include "client/content_hash.h"

#include "client/error.h"

namespace signet::client {

ContentHash::ContentHash(cms::DigestAlgorithm algorithm) : m_algorithm(algorithm) {
    switch (algorithm) {
        case cms::DigestAlgorithm::sha256:
            sha256_init(&m_state.emplace<sha256_ctx>());
            return;
        case cms::DigestAlgorithm::sha384:
            sha384_init(&m_state.emplace<sha512_ctx>());
            return;
        case cms::DigestAlgorithm::sha512:
            sha512_init(&m_state.emplace<sha512_ctx>());
            return;
        case cms::DigestAlgorithm::shake256:
            sha3_256_init(&m_state.emplace<sha3_256_ctx>());
            return;
        case cms::DigestAlgorithm::sha1:
        case cms::DigestAlgorithm::md5:
        case cms::DigestAlgorithm::sha224:
            break;
    }
    throw Error(ExitStatus::usage, "cannot sign", "this hash does not sign", "use sha256, sha384 or sha512");
}

void ContentHash::update(cms::BytesView piece) noexcept {
    if (auto* small = std::get_if<sha256_ctx>(&m_state))
        sha256_update(small, piece.size(), piece.data());
    else if (auto* sponge = std::get_if<sha3_256_ctx>(&m_state))
        sha3_256_update(sponge, piece.size(), piece.data());
    else
        sha512_update(std::get_if<sha512_ctx>(&m_state), piece.size(), piece.data());
}

cms::Bytes ContentHash::finish() {
    cms::Bytes digest(cms::digest_size(m_algorithm));
    if (auto* small = std::get_if<sha256_ctx>(&m_state))
        sha256_digest(small, digest.size(), digest.data());
    else if (auto* sponge = std::get_if<sha3_256_ctx>(&m_state))
        sha3_256_shake(sponge, digest.size(), digest.data());
    else if (m_algorithm == cms::DigestAlgorithm::sha384)
        sha384_digest(std::get_if<sha512_ctx>(&m_state), digest.size(), digest.data());
    else
        sha512_digest(std::get_if<sha512_ctx>(&m_state), digest.size(), digest.data());
    return digest;
}

cms::Bytes content_digest(cms::DigestAlgorithm algorithm, cms::BytesView content) {
    ContentHash hash(algorithm);
    hash.update(content);
    return hash.finish();
}

}  // namespace signet::client
