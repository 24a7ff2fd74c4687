#include "token/ecdsa_signature.h"

#include <openssl/bn.h>
#include <openssl/ecdsa.h>

#include <memory>

#include "token/error.h"

namespace signet::token {

namespace {

constexpr std::size_t max_number = 66;

struct FreeNumber {
    void operator()(BIGNUM* number) const noexcept { BN_free(number); }
};
struct FreeSignature {
    void operator()(ECDSA_SIG* signature) const noexcept { ECDSA_SIG_free(signature); }
};
using Number = std::unique_ptr<BIGNUM, FreeNumber>;
using Signature = std::unique_ptr<ECDSA_SIG, FreeSignature>;

Number number(std::span<const unsigned char> bytes) {
    Number number(BN_bin2bn(bytes.data(), static_cast<int>(bytes.size()), nullptr));
    if (number == nullptr)
        throw TokenError(protocol::DEVICE_FAILED, "no memory for a signature");
    if (BN_is_zero(number.get()))
        throw TokenError(protocol::DEVICE_FAILED, "C_Sign: an ECDSA signature with a zero in it");
    return number;
}

}  // namespace

void encode_ecdsa_signature(std::span<const unsigned char> raw, std::string& der) {
    const std::size_t half = raw.size() / 2;
    if (half == 0 || half > max_number || raw.size() % 2 != 0)
        throw TokenError(protocol::DEVICE_FAILED, "C_Sign: an ECDSA signature of an absurd size");
    Number r = number(raw.first(half));
    Number s = number(raw.last(half));
    const Signature signature(ECDSA_SIG_new());
    if (signature == nullptr || ECDSA_SIG_set0(signature.get(), r.get(), s.get()) != 1)
        throw TokenError(protocol::DEVICE_FAILED, "no memory for a signature");
    // Theirs now.
    static_cast<void>(r.release());
    static_cast<void>(s.release());
    const int size = i2d_ECDSA_SIG(signature.get(), nullptr);
    if (size <= 0)
        throw TokenError(protocol::DEVICE_FAILED, "no memory for a signature");
    der.resize(static_cast<std::size_t>(size));
    auto* position = reinterpret_cast<unsigned char*>(der.data());
    i2d_ECDSA_SIG(signature.get(), &position);
}

}  // namespace signet::token
