#include "cms/digest_stream.h"

#include <openssl/evp.h>

#include "cms/openssl_error.h"

namespace signet::cms {

DigestStream::DigestStream(DigestAlgorithm algorithm) : m_algorithm(algorithm), m_context(EVP_MD_CTX_new()) {
    require_openssl(m_context && EVP_DigestInit_ex(m_context.get(), evp_md(algorithm), nullptr) == 1,
                    "cannot start a digest");
}

void DigestStream::update(BytesView piece) {
    require_openssl(EVP_DigestUpdate(m_context.get(), piece.data(), piece.size()) == 1, "cannot digest");
}

Bytes DigestStream::finish() {
    Bytes out(digest_size(m_algorithm));
    // SHAKE256 has as many bytes as one asks for.
    const bool done = m_algorithm == DigestAlgorithm::shake256
                          ? EVP_DigestFinalXOF(m_context.get(), out.data(), out.size()) == 1
                          : EVP_DigestFinal_ex(m_context.get(), out.data(), nullptr) == 1;
    require_openssl(done, "cannot end a digest");
    return out;
}

Bytes digest(DigestAlgorithm algorithm, BytesView content) {
    if (algorithm == DigestAlgorithm::shake256) {
        DigestStream stream(algorithm);
        stream.update(content);
        return stream.finish();
    }
    Bytes out(digest_size(algorithm));
    require_openssl(
        EVP_Digest(content.data(), content.size(), out.data(), nullptr, evp_md(algorithm), nullptr) == 1,
        "cannot digest");
    return out;
}

}  // namespace signet::cms
