#include "cms/weak_algorithm.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/rsa.h>

#include "cms/asn1/codec.h"
#include "cms/error.h"

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

bool has_weak_hash(const X509_ALGOR& algorithm) {
    const ASN1_OBJECT* object = nullptr;
    int type = V_ASN1_UNDEF;
    const void* value = nullptr;
    X509_ALGOR_get0(&object, &type, &value, &algorithm);
    int hash = NID_undef;
    if (OBJ_find_sigid_algs(OBJ_obj2nid(object), &hash, nullptr) == 1 && hash != NID_undef)
        return is_weak_hash(hash);
    if (OBJ_obj2nid(object) != NID_rsassaPss || type != V_ASN1_SEQUENCE)
        return false;
    try {
        const auto parameters = asn1::decode<RSA_PSS_PARAMS>(
            asn1::view_of(*static_cast<const ASN1_STRING*>(value)), "RSASSA-PSS parameters");
        // SHA-1 by default (RFC 4055 section 3.1).
        if (parameters->hashAlgorithm == nullptr)
            return true;
        X509_ALGOR_get0(&object, nullptr, nullptr, parameters->hashAlgorithm);
        return is_weak_hash(OBJ_obj2nid(object));
    } catch (const Error&) {
        return true;
    }
}

bool is_weak_key(const EVP_PKEY& key) noexcept {
    return EVP_PKEY_get_security_bits(&key) < enough_bits;
}

bool is_weak(const Certificate& certificate) {
    const EVP_PKEY* key = X509_get0_pubkey(certificate.x509());
    int hash = NID_undef;
    const bool weak = key == nullptr || is_weak_key(*key) ||
                      (X509_get_signature_info(certificate.x509(), &hash, nullptr, nullptr, nullptr) == 1 &&
                       is_weak_hash(hash));
    ERR_clear_error();
    return weak;
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
