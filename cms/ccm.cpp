#include "cms/ccm.h"

#include <openssl/err.h>
#include <openssl/evp.h>

#include <cstdint>

#include "cms/openssl_error.h"
#include "cms/openssl_ptr.h"

namespace signet::cms {

bool ccm_decrypt(const EVP_CIPHER& cipher, const Secret& key, const CcmParameters& parameters,
                 Bytes& content) {
    const EvpCipherCtxPtr context(EVP_CIPHER_CTX_new());
    // OpenSSL only reads from it, whatever the signature says.
    auto* tag = const_cast<std::uint8_t*>(parameters.tag.data());
    require_openssl(
        context && EVP_DecryptInit_ex(context.get(), &cipher, nullptr, nullptr, nullptr) == 1 &&
            EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_SET_IVLEN,
                                static_cast<int>(parameters.nonce.size()), nullptr) == 1 &&
            EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_SET_TAG, static_cast<int>(parameters.tag.size()),
                                tag) == 1 &&
            EVP_DecryptInit_ex(context.get(), nullptr, nullptr, key.data(), parameters.nonce.data()) == 1,
        "cannot start to decrypt");
    const auto size = static_cast<int>(content.size());
    int done = 0;
    // Without an address OpenSSL takes an empty content for the end of one, and looks at no tag.
    std::uint8_t nothing = 0;
    std::uint8_t* in_place = content.empty() ? &nothing : content.data();
    const bool genuine = EVP_DecryptUpdate(context.get(), nullptr, &done, nullptr, size) == 1 &&
                         (parameters.additional_data.empty() ||
                          EVP_DecryptUpdate(context.get(), nullptr, &done, parameters.additional_data.data(),
                                            static_cast<int>(parameters.additional_data.size())) == 1) &&
                         EVP_DecryptUpdate(context.get(), in_place, &done, in_place, size) == 1 &&
                         done == size;
    ERR_clear_error();
    if (!genuine)
        wipe(content.data(), content.size());
    return genuine;
}

}  // namespace signet::cms
