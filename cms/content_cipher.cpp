#include "cms/content_cipher.h"

#include <openssl/evp.h>

namespace signet::cms {

const EVP_CIPHER* evp_cipher(ContentCipher cipher) noexcept {
    switch (cipher) {
        case ContentCipher::aes128_cbc:
            return EVP_aes_128_cbc();
        case ContentCipher::aes192_cbc:
            return EVP_aes_192_cbc();
        case ContentCipher::aes256_cbc:
            return EVP_aes_256_cbc();
        case ContentCipher::aes128_gcm:
            return EVP_aes_128_gcm();
        case ContentCipher::aes192_gcm:
            return EVP_aes_192_gcm();
        case ContentCipher::aes256_gcm:
            return EVP_aes_256_gcm();
    }
    return nullptr;
}

std::size_t iv_size(ContentCipher cipher) noexcept {
    return is_aead(cipher) ? 12 : 16;
}

}  // namespace signet::cms
