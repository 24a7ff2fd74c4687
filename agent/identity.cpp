#include "agent/identity.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>

namespace signet::agent {

namespace {

std::string number_of(EVP_PKEY& key, const char* name, std::size_t size) {
    BIGNUM* raw = nullptr;
    if (EVP_PKEY_get_bn_param(&key, name, &raw) != 1)
        return {};
    const cms::BignumPtr number(raw);
    const auto needed = static_cast<std::size_t>(BN_num_bytes(number.get()));
    std::string bytes(std::max(size, needed), '\0');
    if (BN_bn2binpad(number.get(), reinterpret_cast<unsigned char*>(bytes.data()),
                     static_cast<int>(bytes.size())) < 0)
        return {};
    return bytes;
}

std::string raw_public_key(EVP_PKEY& key) {
    std::size_t size = 0;
    if (EVP_PKEY_get_raw_public_key(&key, nullptr, &size) != 1)
        return {};
    std::string bytes(size, '\0');
    if (EVP_PKEY_get_raw_public_key(&key, reinterpret_cast<unsigned char*>(bytes.data()), &size) != 1)
        return {};
    return bytes;
}

}  // namespace

std::string Identity::description() const {
    return subject + " [" + fingerprint.substr(0, 16) + "]";
}

std::string public_value_of(const cms::Certificate& certificate) {
    EVP_PKEY& key = *certificate.public_key();
    switch (certificate.key_kind()) {
        case cms::KeyKind::rsa:
            return number_of(key, OSSL_PKEY_PARAM_RSA_N, 0);
        case cms::KeyKind::ec: {
            const auto size = (static_cast<std::size_t>(EVP_PKEY_get_bits(&key)) + 7) / 8;
            const auto x = number_of(key, OSSL_PKEY_PARAM_EC_PUB_X, size);
            const auto y = number_of(key, OSSL_PKEY_PARAM_EC_PUB_Y, size);
            return x.empty() || y.empty() ? std::string() : "\x04" + x + y;
        }
        case cms::KeyKind::edwards:
        case cms::KeyKind::montgomery:
            return raw_public_key(key);
        case cms::KeyKind::other:
            break;
    }
    return {};
}

std::size_t signature_size_of(const cms::Certificate& certificate) {
    if (certificate.key_kind() == cms::KeyKind::montgomery || certificate.key_kind() == cms::KeyKind::other)
        return 0;
    return static_cast<std::size_t>(EVP_PKEY_get_size(certificate.public_key()));
}

}  // namespace signet::agent
