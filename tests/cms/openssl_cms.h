// OpenSSL's own CMS: the other side.
#pragma once

#include <openssl/cms.h>

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "cms/bytes.h"
#include "cms/certificate.h"
#include "cms/openssl_ptr.h"

namespace signet::cms::test {

using CmsPtr = OpensslPtr<CMS_ContentInfo, CMS_ContentInfo_free>;

/// The content that CMS_verify accepts, with `anchor` trusted; none if it does not. `content` is for detached
/// messages, null otherwise.
std::optional<Bytes> openssl_verify(BytesView signed_data, const Bytes* content, const Certificate& anchor);

struct SignOptions {
    const EVP_MD* digest = EVP_sha256();
    /// CMS_DETACHED, CMS_NOATTR, CMS_USE_KEYID, CMS_CADES, CMS_STREAM (BER).
    unsigned flags = CMS_DETACHED;
    bool pss = false;
    /// For PSS; null is the hash itself.
    const EVP_MD* mgf1 = nullptr;
    std::vector<Certificate> further_certificates;
};
Bytes openssl_sign(EVP_PKEY& key, const Certificate& signer, const Bytes& content,
                   const SignOptions& options);

/// The plaintext, none if CMS_decrypt refuses.
std::optional<Bytes> openssl_decrypt(BytesView message, const Certificate& certificate, EVP_PKEY& key);

struct SealOptions {
    const EVP_CIPHER* cipher = EVP_aes_256_gcm();
    /// CMS_USE_KEYID, CMS_STREAM (BER).
    unsigned flags = 0;
    /// OAEP with this hash; null is PKCS#1 v1.5.
    const EVP_MD* oaep = nullptr;
    /// The KDF's hash; null is OpenSSL's default.
    const EVP_MD* kdf = nullptr;
};
Bytes openssl_encrypt(const Bytes& content, const std::vector<Certificate>& recipients,
                      const SealOptions& options);

}  // namespace signet::cms::test
