#include "cms/key_transport.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include "cms/algorithms.h"
#include "cms/openssl_error.h"
#include "cms/openssl_ptr.h"

namespace signet::cms {
namespace {

/// The context takes the copy.
bool set_label(EVP_PKEY_CTX* context, const Bytes& label) {
    if (label.empty())
        return true;
    void* copy = OPENSSL_memdup(label.data(), label.size());
    if (copy != nullptr &&
        EVP_PKEY_CTX_set0_rsa_oaep_label(context, copy, static_cast<int>(label.size())) == 1)
        return true;
    OPENSSL_free(copy);
    return false;
}

bool set_padding(EVP_PKEY_CTX* context, const KeyTransport& how) {
    if (how.padding == KeyTransport::Padding::pkcs1)
        return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) == 1;
    return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_OAEP_PADDING) == 1 &&
           EVP_PKEY_CTX_set_rsa_oaep_md(context, evp_md(how.oaep_digest)) == 1 &&
           EVP_PKEY_CTX_set_rsa_mgf1_md(context, evp_md(how.mgf1_digest)) == 1 &&
           set_label(context, how.label);
}

}  // namespace

Bytes transport_key(EVP_PKEY& recipient, const Secret& key, const KeyTransport& how) {
    const EvpPkeyCtxPtr context(EVP_PKEY_CTX_new(&recipient, nullptr));
    std::size_t size = 0;
    require_openssl(context && EVP_PKEY_encrypt_init(context.get()) == 1 && set_padding(context.get(), how) &&
                        EVP_PKEY_encrypt(context.get(), nullptr, &size, key.data(), key.size()) == 1,
                    "cannot encrypt a key");
    Bytes encrypted(size);
    require_openssl(EVP_PKEY_encrypt(context.get(), encrypted.data(), &size, key.data(), key.size()) == 1,
                    "cannot encrypt a key");
    encrypted.resize(size);
    return encrypted;
}

}  // namespace signet::cms
