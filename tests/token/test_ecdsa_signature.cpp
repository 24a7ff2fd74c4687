#include <openssl/bn.h>
#include <openssl/ecdsa.h>

#include <random>
#include <vector>

#include "cms/openssl_ptr.h"
#include "tests/catch.h"
#include "token/ecdsa_signature.h"
#include "token/error.h"

using Bytes = std::vector<unsigned char>;

namespace {

/// r and s again, each padded to `half` bytes.
Bytes raw_of(const std::string& der, std::size_t half) {
    const auto* position = reinterpret_cast<const unsigned char*>(der.data());
    const signet::cms::EcdsaSigPtr signature(
        d2i_ECDSA_SIG(nullptr, &position, static_cast<long>(der.size())));
    REQUIRE(signature != nullptr);
    REQUIRE(position == reinterpret_cast<const unsigned char*>(der.data()) + der.size());
    Bytes raw(2 * half);
    const int size = static_cast<int>(half);
    REQUIRE(BN_bn2binpad(ECDSA_SIG_get0_r(signature.get()), raw.data(), size) == size);
    REQUIRE(BN_bn2binpad(ECDSA_SIG_get0_s(signature.get()), raw.data() + half, size) == size);
    return raw;
}

}  // namespace

TEST_CASE("A raw ECDSA signature becomes the same numbers in DER") {
    const auto seed = std::random_device{}();
    INFO("seed " << seed);
    std::mt19937 random(seed);
    for (const std::size_t half : {28U, 32U, 48U, 66U}) {
        for (int round = 0; round < 200; ++round) {
            Bytes raw(2 * half);
            for (unsigned char& byte : raw)
                byte = static_cast<unsigned char>(random());
            // Leading zeros, and the sign bit, are where DER differs from raw.
            raw[0] = static_cast<unsigned char>(round % 4 == 0 ? 0 : raw[0]);
            raw[half] = static_cast<unsigned char>(round % 3 == 0 ? 0xff : raw[half]);
            raw[half - 1] |= 1U;
            std::string der;
            signet::token::encode_ecdsa_signature(raw, der);
            CHECK(raw_of(der, half) == raw);
        }
    }
}

TEST_CASE("What is no ECDSA signature is the device's fault") {
    std::string der;
    for (const Bytes& raw : {Bytes(), Bytes(1, 1), Bytes(63, 1), Bytes(64, 0), Bytes(134, 1)})
        CHECK_THROWS_AS(signet::token::encode_ecdsa_signature(raw, der), signet::token::TokenError);
    Bytes zero_s(64, 1);
    std::fill(zero_s.begin() + 32, zero_s.end(), static_cast<unsigned char>(0));
    CHECK_THROWS_AS(signet::token::encode_ecdsa_signature(zero_s, der), signet::token::TokenError);
}
