#include "agent/pin/refused_pins.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <algorithm>
#include <cstring>
#include <stdexcept>

namespace signet::agent::pin {

RefusedPins::RefusedPins() : m_key(32) {
    if (RAND_bytes(m_key.data(), static_cast<int>(m_key.size())) != 1)
        throw std::runtime_error("no randomness for the key of refused PINs");
}

RefusedPins::Digest RefusedPins::digest(const TokenId& token, const Secret& pin) const {
    // The lengths in front keep two different triples from being the same bytes.
    const std::array<std::size_t, 3> sizes{token.serial.size(), token.label.size(), pin.size()};
    Secret input(sizeof sizes + sizes[0] + sizes[1] + sizes[2]);
    std::uint8_t* to = input.data();
    const auto append = [&to](const void* from, std::size_t size) {
        if (size != 0)
            std::memcpy(to, from, size);
        to += size;
    };
    append(sizes.data(), sizeof sizes);
    append(token.serial.data(), sizes[0]);
    append(token.label.data(), sizes[1]);
    append(pin.data(), sizes[2]);

    Digest result{};
    unsigned size = 0;
    if (HMAC(EVP_sha256(), m_key.data(), static_cast<int>(m_key.size()), input.data(), input.size(),
             result.data(), &size) == nullptr ||
        size != result.size())
        throw std::runtime_error("HMAC of a PIN failed");
    return result;
}

bool RefusedPins::is_refused(const TokenId& token, const Secret& pin) const {
    const auto known = std::find_if(m_refusals.begin(), m_refusals.end(),
                                    [&](const Refusals& refusals) { return refusals.token == token; });
    if (known == m_refusals.end())
        return false;
    const Digest wanted = digest(token, pin);
    return std::any_of(known->digests.begin(), known->digests.end(), [&](const Digest& refused) {
        return CRYPTO_memcmp(refused.data(), wanted.data(), wanted.size()) == 0;
    });
}

void RefusedPins::remember(const TokenId& token, const Secret& pin) {
    if (is_refused(token, pin))
        return;
    auto known = std::find_if(m_refusals.begin(), m_refusals.end(),
                              [&](const Refusals& refusals) { return refusals.token == token; });
    if (known == m_refusals.end()) {
        if (m_refusals.size() >= max_tokens)
            m_refusals.pop_front();
        known = m_refusals.insert(m_refusals.end(), {token, {}});
    }
    if (known->digests.size() >= max_of_token)
        known->digests.pop_front();
    known->digests.push_back(digest(token, pin));
}

void RefusedPins::forget(const TokenId& token) noexcept {
    std::erase_if(m_refusals, [&](const Refusals& refusals) { return refusals.token == token; });
}

void RefusedPins::forget(const TokenId& token, const Secret& pin) {
    for (Refusals& refusals : m_refusals) {
        if (refusals.token == token)
            std::erase(refusals.digests, digest(token, pin));
    }
}

}  // namespace signet::agent::pin
