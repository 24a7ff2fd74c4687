#include "cms/error.h"
#include "cms/recipient_info.h"
#include "tests/catch.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

using namespace signet;
using namespace signet::cms;

namespace {

Bytes bytes_of(const Secret& secret) {
    return {secret.bytes().begin(), secret.bytes().end()};
}

Bytes hmac(const Bytes& key, const Bytes& message) {
    Bytes out(32);
    unsigned int size = 0;
    HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), message.data(), message.size(), out.data(),
         &size);
    return out;
}

const Bytes rejection_bytes(32, 0x42);
const Bytes ciphertext(256, 0x17);

}  // namespace

TEST_CASE("a key of the right size is returned as it is") {
    const Secret rejection(rejection_bytes);
    for (const std::size_t size : {16U, 24U, 32U}) {
        const Bytes key(size, 0xA5);
        CHECK(bytes_of(key_or_implicit_rejection(Secret(key), true, ciphertext, rejection, size)) == key);
    }
}

TEST_CASE("anything else yields the same pseudo-random key, made of secret and ciphertext") {
    const Secret rejection(rejection_bytes);
    for (const std::size_t size : {16U, 24U, 32U}) {
        Bytes expected = hmac(rejection_bytes, ciphertext);
        expected.resize(size);
        const auto reject = [&](const Secret& decrypted, bool succeeded) {
            return bytes_of(key_or_implicit_rejection(decrypted, succeeded, ciphertext, rejection, size));
        };
        CHECK(reject({}, false) == expected);
        CHECK(reject({}, true) == expected);
        CHECK(reject(Secret(size), false) == expected);
        CHECK(reject(Secret(size - 1), true) == expected);
        CHECK(reject(Secret(size + 1), true) == expected);
        CHECK(reject(Secret(1), true) == expected);
        CHECK(reject(Secret(245), true) == expected);
        CHECK(reject(Secret(5000), true) == expected);
    }
}

TEST_CASE("the pseudo-random key depends on the secret and on the whole ciphertext") {
    const Secret rejection(rejection_bytes);
    const Bytes key = bytes_of(key_or_implicit_rejection({}, false, ciphertext, rejection, 32));
    Bytes other = ciphertext;
    other.back() ^= 1;
    CHECK(bytes_of(key_or_implicit_rejection({}, false, other, rejection, 32)) != key);
    CHECK(bytes_of(key_or_implicit_rejection({}, false, ciphertext, Secret(Bytes(32, 0x43)), 32)) != key);
}

TEST_CASE("a longer key is stretched") {
    const Bytes first = hmac(rejection_bytes, ciphertext);
    Bytes expected = first;
    const Bytes second = hmac(rejection_bytes, first);
    expected.insert(expected.end(), second.begin(), second.begin() + 16);
    CHECK(bytes_of(key_or_implicit_rejection({}, false, ciphertext, Secret(rejection_bytes), 48)) ==
          expected);
}

TEST_CASE("implicit rejection without a secret or a size is refused") {
    CHECK_THROWS_AS((void)key_or_implicit_rejection({}, false, ciphertext, {}, 32), Error);
    CHECK_THROWS_AS((void)key_or_implicit_rejection({}, false, ciphertext, Secret(rejection_bytes), 0),
                    Error);
}
