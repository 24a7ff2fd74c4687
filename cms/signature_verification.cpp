#include "cms/signature_verification.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include "cms/error.h"
#include "cms/openssl_error.h"
#include "cms/openssl_ptr.h"
#include "cms/signed_data_builder.h"

namespace signet::cms {
namespace {

bool key_fits(const EVP_PKEY& key, SignatureScheme scheme) noexcept {
    switch (scheme) {
        case SignatureScheme::rsa_pkcs1:
            return EVP_PKEY_is_a(&key, "RSA") == 1;
        case SignatureScheme::rsa_pss:
            return EVP_PKEY_is_a(&key, "RSA") == 1 || EVP_PKEY_is_a(&key, "RSA-PSS") == 1;
        case SignatureScheme::ecdsa:
            return EVP_PKEY_is_a(&key, "EC") == 1;
        case SignatureScheme::ed25519:
            return EVP_PKEY_is_a(&key, "ED25519") == 1;
        case SignatureScheme::ed448:
            return EVP_PKEY_is_a(&key, "ED448") == 1;
        case SignatureScheme::dsa:
            return EVP_PKEY_is_a(&key, "DSA") == 1;
    }
    return false;
}

// A key of RSASSA-PSS may forbid a hash or a salt: then the signature is not one of this key.
bool set_parameters(EVP_PKEY_CTX* context, const SignatureAlgorithm& algorithm) {
    if (EVP_PKEY_CTX_set_signature_md(context, evp_md(algorithm.digest)) != 1)
        return false;
    if (algorithm.scheme == SignatureScheme::rsa_pkcs1)
        return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) == 1;
    if (algorithm.scheme == SignatureScheme::rsa_pss)
        return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) == 1 &&
               EVP_PKEY_CTX_set_rsa_mgf1_md(context, evp_md(algorithm.mgf1_digest)) == 1 &&
               EVP_PKEY_CTX_set_rsa_pss_saltlen(context, algorithm.salt_length) == 1;
    return true;
}

/// Pure EdDSA (RFC 8032 sections 5.1.7 and 5.2.7).
bool verify_message(EVP_PKEY& key, BytesView message, BytesView value) {
    const EvpMdCtxPtr context(EVP_MD_CTX_new());
    require_openssl(context && EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, &key) == 1,
                    "cannot verify a signature");
    const bool valid =
        EVP_DigestVerify(context.get(), value.data(), value.size(), message.data(), message.size()) == 1;
    ERR_clear_error();
    return valid;
}

}  // namespace

bool verify_signature(EVP_PKEY& key, const SignatureAlgorithm& algorithm, BytesView input, BytesView value) {
    if (!key_fits(key, algorithm.scheme))
        throw Error(ErrorCode::failed, "the key is of another kind than the signature");
    if (signs_message(algorithm.scheme))
        return verify_message(key, input, value);
    if (input.size() != digest_size(algorithm.digest))
        return false;
    const EvpPkeyCtxPtr context(EVP_PKEY_CTX_new(&key, nullptr));
    require_openssl(context && EVP_PKEY_verify_init(context.get()) == 1, "cannot verify a signature");
    const bool valid =
        set_parameters(context.get(), algorithm) &&
        EVP_PKEY_verify(context.get(), value.data(), value.size(), input.data(), input.size()) == 1;
    ERR_clear_error();
    return valid;
}

bool signature_is_valid(EVP_PKEY& key, SignatureScheme scheme, DigestAlgorithm digest_algorithm,
                        BytesView input, BytesView value) {
    const SignatureAlgorithm algorithm{scheme, digest_algorithm, digest_algorithm,
                                       static_cast<int>(digest_size(digest_algorithm))};
    return verify_signature(key, algorithm, input, value);
}

}  // namespace signet::cms
