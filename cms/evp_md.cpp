#include <openssl/evp.h>

#include "cms/algorithms.h"

namespace signet::cms {

namespace {

struct Fetched {
    const EVP_MD* sha1;
    const EVP_MD* sha256;
    const EVP_MD* sha384;
    const EVP_MD* sha512;
    const EVP_MD* shake256;
    const EVP_MD* md5;
    const EVP_MD* sha224;
};

/// Fetched once and kept: EVP_sha256() and the like are looked up again in each operation.
const EVP_MD* fetch(const char* name, const EVP_MD* otherwise) noexcept {
    const EVP_MD* md = EVP_MD_fetch(nullptr, name, nullptr);
    return md != nullptr ? md : otherwise;
}

}  // namespace

const EVP_MD* evp_md(DigestAlgorithm algorithm) noexcept {
    static const Fetched fetched{fetch("SHA1", EVP_sha1()),         fetch("SHA256", EVP_sha256()),
                                 fetch("SHA384", EVP_sha384()),     fetch("SHA512", EVP_sha512()),
                                 fetch("SHAKE256", EVP_shake256()), fetch("MD5", EVP_md5()),
                                 fetch("SHA224", EVP_sha224())};
    switch (algorithm) {
        case DigestAlgorithm::sha1:
            return fetched.sha1;
        case DigestAlgorithm::sha256:
            return fetched.sha256;
        case DigestAlgorithm::sha384:
            return fetched.sha384;
        case DigestAlgorithm::sha512:
            return fetched.sha512;
        case DigestAlgorithm::shake256:
            return fetched.shake256;
        case DigestAlgorithm::md5:
            return fetched.md5;
        case DigestAlgorithm::sha224:
            break;
    }
    return fetched.sha224;
}

}  // namespace signet::cms
