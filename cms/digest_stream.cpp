#include "cms/digest_stream.h"

#include <openssl/evp.h>

#include "cms/openssl_error.h"

namespace signet::cms {

DigestStream::DigestStream(DigestAlgorithm algorithm) : m_context(EVP_MD_CTX_new()) {
    require_openssl(m_context && EVP_DigestInit_ex(m_context.get(), evp_md(algorithm), nullptr) == 1,
                    "cannot start a digest");
}

void DigestStream::update(BytesView piece) {
    require_openssl(EVP_DigestUpdate(m_context.get(), piece.data(), piece.size()) == 1, "cannot digest");
}

Bytes DigestStream::finish() {
    Bytes out(static_cast<std::size_t>(EVP_MD_CTX_get_size(m_context.get())));
    require_openssl(EVP_DigestFinal_ex(m_context.get(), out.data(), nullptr) == 1, "cannot end a digest");
    return out;
}

Bytes digest(DigestAlgorithm algorithm, BytesView content) {
    Bytes out(digest_size(algorithm));
    require_openssl(
        EVP_Digest(content.data(), content.size(), out.data(), nullptr, evp_md(algorithm), nullptr) == 1,
        "cannot digest");
    return out;
}

}  // namespace signet::cms
