// PINs that a token has refused, so that none is tried twice (invariant 3).
#pragma once

#include "agent/pin/token_id.h"
#include "secret/secret.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>

namespace signet::agent::pin {

/// Remembers HMAC-SHA256 of token and PIN under a random key of this process: no PIN. One thread.
class RefusedPins {
  public:
    /// Refusals of one token that are remembered; above it its oldest goes.
    static constexpr std::size_t max_of_token = 256;
    /// Tokens of which refusals are remembered; above it those of the oldest go.
    static constexpr std::size_t max_tokens = 256;

    /// Throws std::runtime_error if there is no randomness.
    RefusedPins();

    /// Whether this token has refused this PIN. Throws std::runtime_error if OpenSSL fails.
    [[nodiscard]] bool is_refused(const TokenId&, const Secret& pin) const;
    /// Throws std::runtime_error if OpenSSL fails.
    void remember(const TokenId&, const Secret& pin);
    /// For a token whose PIN may have been changed: it has accepted another one.
    void forget(const TokenId&) noexcept;
    /// For a PIN that the token has been given. Throws as above.
    void forget(const TokenId&, const Secret& pin);

  private:
    using Digest = std::array<std::uint8_t, 32>;
    struct Refusals {
        TokenId token;
        std::deque<Digest> digests;
    };
    [[nodiscard]] Digest digest(const TokenId&, const Secret& pin) const;

    Secret m_key;
    /// In the order of each token's first refusal.
    std::deque<Refusals> m_refusals;
};

}  // namespace signet::agent::pin
