#include "tests/cms/test_keys.h"

#include <openssl/rsa.h>

#include <map>
#include <stdexcept>
#include <utility>

namespace signet::cms::test {
namespace {

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
