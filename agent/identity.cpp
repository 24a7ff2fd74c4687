#include "agent/identity.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/objects.h>

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

/// Whether some copy has `permission`; what is not seen may have it.
bool some_copy(const Key& key, bool ScannedKey::*permission) {
    const auto& locations = key.locations;
    return locations.empty() ||
           std::any_of(locations.begin(), locations.end(), [permission](const Location& location) {
               return !location.key || (*location.key).*permission;
           });
}

}  // namespace

bool key_may_sign(const Key& key) {
    return some_copy(key, &ScannedKey::sign);
}

bool key_may_decrypt(const Key& key) {
    return some_copy(key, key.kind == cms::KeyKind::rsa ? &ScannedKey::decrypt : &ScannedKey::derive);
}

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

std::string curve_of(const cms::Certificate& certificate) {
    if (certificate.key_kind() != cms::KeyKind::ec)
        return {};
    std::array<char, 80> name{};
    if (EVP_PKEY_get_group_name(certificate.public_key(), name.data(), name.size(), nullptr) != 1)
        return {};
    const ASN1_OBJECT* object = OBJ_nid2obj(OBJ_txt2nid(name.data()));
    const int size = object == nullptr ? 0 : i2d_ASN1_OBJECT(object, nullptr);
    if (size <= 0)
        return {};
    std::string der(static_cast<std::size_t>(size), '\0');
    auto* out = reinterpret_cast<unsigned char*>(der.data());
    i2d_ASN1_OBJECT(object, &out);
    return der;
}

std::size_t signature_size_of(const cms::Certificate& certificate) {
    if (certificate.key_kind() == cms::KeyKind::montgomery || certificate.key_kind() == cms::KeyKind::other)
        return 0;
    return static_cast<std::size_t>(EVP_PKEY_get_size(certificate.public_key()));
}

}  // namespace signet::agent
