// PINs that a token has accepted, kept for as long as the configuration allows.
#pragma once

#include "agent/pin/token_id.h"
#include "secret/secret.h"

#include <chrono>
#include <cstddef>
#include <map>
#include <optional>
#include <vector>

namespace signet::agent::pin {

/// How long a PIN is kept after the token accepted it. None: until it is dropped. Zero: not at all.
using PinLifetime = std::optional<std::chrono::milliseconds>;

/// Tokens whose PIN is kept at once; another one is not kept.
inline constexpr std::size_t max_kept_pins = 64;

/// Knows no clock: the caller says what time it is. One thread.
class PinStore {
  public:
    using Clock = std::chrono::steady_clock;

    /// Keeps `pin`, which the token has just accepted, in place of an older one. Use does not lengthen a
    /// lifetime. With a lifetime of zero the older one is dropped and nothing is kept.
    void put(const TokenId&, Secret pin, PinLifetime lifetime, Clock::time_point now);

    /// A copy of the PIN, if one is kept and its time is not over. Throws as Secret::clone.
    [[nodiscard]] std::optional<Secret> get(const TokenId&, Clock::time_point now);

    /// Tokens whose PIN is kept, or was until its time was over.
    [[nodiscard]] std::vector<TokenId> tokens() const;

    /// Whether one is kept whose time is not over.
    [[nodiscard]] bool has(const TokenId&, Clock::time_point now) const noexcept;

    /// The PIN that is kept, if any, lives for `lifetime` from now on, at most.
    void limit(const TokenId&, PinLifetime lifetime, Clock::time_point now) noexcept;

    /// Whether a PIN was there.
    bool drop(const TokenId&) noexcept;
    void drop_all() noexcept;

    /// Wipes the PINs whose time is over, and says when the next one's is, so that a timer can call again.
    std::optional<Clock::time_point> drop_expired(Clock::time_point now) noexcept;

  private:
    struct Kept {
        Secret pin;
        /// None: no end.
        std::optional<Clock::time_point> until;
    };
    std::map<TokenId, Kept> m_kept;
};

}  // namespace signet::agent::pin
