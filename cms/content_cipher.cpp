#include "cms/content_cipher.h"

#include <openssl/err.h>

#include <limits>
#include <string>

#include "cms/error.h"

namespace signet::cms {
namespace {

/// The legacy provider within a context of its own; both are empty where it is not installed.
struct LegacyProvider {
    OsslLibCtxPtr context{OSSL_LIB_CTX_new()};
    OsslProviderPtr provider{context ? OSSL_PROVIDER_load(context.get(), "legacy") : nullptr};
};

OSSL_LIB_CTX* legacy_context() {
    static const LegacyProvider legacy;
    return legacy.provider ? legacy.context.get() : nullptr;
}

}  // namespace

EvpCipherPtr content_cipher(ContentCipher cipher) {
    const std::string name(cipher_name(cipher));
    EvpCipherPtr fetched;
    if (!is_broken(cipher))
        fetched.reset(EVP_CIPHER_fetch(nullptr, name.c_str(), nullptr));
    else if (OSSL_LIB_CTX* context = legacy_context())
        fetched.reset(EVP_CIPHER_fetch(context, name.c_str(), nullptr));
    if (!fetched) {
        ERR_clear_error();
        throw Error(ErrorCode::unsupported,
                    "OpenSSL has no " + name + (is_broken(cipher) ? " without its legacy provider" : ""));
    }
    return fetched;
}

std::uint64_t max_content_size(ContentCipher cipher) noexcept {
    if (!is_aead(cipher))
        return std::numeric_limits<std::uint64_t>::max();
    if (cipher == ContentCipher::chacha20_poly1305)
        return (std::uint64_t{1} << 38) - 64;
    if (is_ccm(cipher))
        return std::uint64_t{8} << 20;
    return (std::uint64_t{1} << 36) - 32;
}

bool is_ccm(ContentCipher cipher) noexcept {
    return cipher == ContentCipher::aes128_ccm || cipher == ContentCipher::aes192_ccm ||
           cipher == ContentCipher::aes256_ccm;
}

bool is_iv_size(ContentCipher cipher, std::size_t size) noexcept {
    return is_ccm(cipher) ? size >= 7 && size <= 13 : size == iv_size(cipher);
}

}  // namespace signet::cms
