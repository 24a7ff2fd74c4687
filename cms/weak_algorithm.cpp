#include "cms/weak_algorithm.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/objects.h>

namespace signet::cms {
namespace {

constexpr int enough_bits = 112;

}  // namespace

std::string name_of_hash(int nid) {
    if (nid == NID_sha1)
        return "SHA-1";
    const char* name = OBJ_nid2sn(nid);
    return name == nullptr ? "an unknown hash" : name;
}

bool is_weak_hash(int nid) noexcept {
    return nid == NID_sha1 || nid == NID_sha || nid == NID_md5 || nid == NID_md5_sha1 || nid == NID_md2 ||
           nid == NID_md4 || nid == NID_mdc2 || nid == NID_ripemd160;
}

bool is_weak_key(const EVP_PKEY& key) noexcept {
    return EVP_PKEY_get_security_bits(&key) < enough_bits;
}

std::vector<WeakAlgorithm> weak_algorithms(const std::vector<Certificate>& chain) {
    std::vector<WeakAlgorithm> weak;
    for (std::size_t i = 0; i < chain.size(); ++i) {
        const Certificate& certificate = chain[i];
        const EVP_PKEY* key = X509_get0_pubkey(certificate.x509());
        if (key != nullptr && is_weak_key(*key))
            weak.push_back({name_of_key(*key), "the key of " + certificate.subject()});
        int hash = NID_undef;
        if (i + 1 < chain.size() &&
            X509_get_signature_info(certificate.x509(), &hash, nullptr, nullptr, nullptr) == 1 &&
            is_weak_hash(hash))
            weak.push_back({name_of_hash(hash), "the signature on " + certificate.subject()});
    }
    ERR_clear_error();
    return weak;
}

}  // namespace signet::cms
