#include "tests/cms/test_keys.h"

#include <openssl/dsa.h>
#include <openssl/rsa.h>

#include <map>
#include <stdexcept>
#include <utility>

namespace signet::cms::test {
namespace {

EvpPkeyPtr generate_dsa(int bits, int subgroup_bits) {
    const EvpPkeyCtxPtr domain(EVP_PKEY_CTX_new_from_name(nullptr, "DSA", nullptr));
    EVP_PKEY* parameters = nullptr;
    if (!domain || EVP_PKEY_paramgen_init(domain.get()) != 1 ||
        EVP_PKEY_CTX_set_dsa_paramgen_bits(domain.get(), bits) != 1 ||
        EVP_PKEY_CTX_set_dsa_paramgen_q_bits(domain.get(), subgroup_bits) != 1 ||
        EVP_PKEY_paramgen(domain.get(), &parameters) != 1)
        return nullptr;
    const EvpPkeyPtr owned(parameters);
    const EvpPkeyCtxPtr context(EVP_PKEY_CTX_new(parameters, nullptr));
    EVP_PKEY* key = nullptr;
    if (!context || EVP_PKEY_keygen_init(context.get()) != 1 || EVP_PKEY_keygen(context.get(), &key) != 1)
        return nullptr;
    return EvpPkeyPtr(key);
}

EvpPkeyPtr generate(KeyType type) {
    switch (type) {
        case KeyType::rsa1024:
            return EvpPkeyPtr(EVP_RSA_gen(1024U));
        case KeyType::rsa2048:
            return EvpPkeyPtr(EVP_RSA_gen(2048U));
        case KeyType::p256:
            return EvpPkeyPtr(EVP_EC_gen("P-256"));
        case KeyType::p384:
            return EvpPkeyPtr(EVP_EC_gen("P-384"));
        case KeyType::p521:
            return EvpPkeyPtr(EVP_EC_gen("P-521"));
        case KeyType::ed25519:
            return EvpPkeyPtr(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
        case KeyType::ed448:
            return EvpPkeyPtr(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED448"));
        case KeyType::x25519:
            return EvpPkeyPtr(EVP_PKEY_Q_keygen(nullptr, nullptr, "X25519"));
        case KeyType::x448:
            return EvpPkeyPtr(EVP_PKEY_Q_keygen(nullptr, nullptr, "X448"));
        case KeyType::dsa1024:
            return generate_dsa(1024, 160);
        case KeyType::dsa2048:
            return generate_dsa(2048, 256);
    }
    return nullptr;
}

}  // namespace

EVP_PKEY& test_key(KeyType type, int which) {
    static std::map<std::pair<KeyType, int>, EvpPkeyPtr> keys;
    EvpPkeyPtr& key = keys[{type, which}];
    if (!key)
        key = generate(type);
    if (!key)
        throw std::runtime_error("cannot generate a key");
    return *key;
}

}  // namespace signet::cms::test
