// PINs that a token has accepted, and logins at a PIN pad, kept for as long as the configuration allows.
#pragma once

#include "agent/pin/token_id.h"
#include "secret/secret.h"

#include <chrono>
#include <compare>
#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace signet::agent::pin {

/// How long a PIN is kept after the token accepted it. None: until it is dropped. Zero: not at all.
using PinLifetime = std::optional<std::chrono::milliseconds>;

/// PINs that are kept at once; another one is not kept.
inline constexpr std::size_t max_kept_pins = 64;

/// A PIN is given to the module that took it, and to no other: that one shows the same serial number and
/// label makes it not the same token. Modules go by their names in the configuration. Knows no clock: the
/// caller says what time it is. One thread.
class PinStore {
  public:
    using Clock = std::chrono::steady_clock;

    /// Keeps `pin`, which the token has just accepted, in place of an older one; another PIN that any module
    /// has for this token is dropped. Use does not lengthen a lifetime (but restart_by_use). With a lifetime
    /// of zero nothing is kept. None: it was entered at a PIN pad, and the time of the login is kept alone.
    void put(const TokenDescription&, const std::string& module, std::optional<Secret> pin,
             PinLifetime lifetime, Clock::time_point now);

    /// A copy of the PIN, if one is kept and its time is not over. Throws as Secret::clone.
    [[nodiscard]] std::optional<Secret> get(const TokenId&, const std::string& module, Clock::time_point now);

    /// Tokens whose PIN or login is kept, or was until its time was over; each once, in order.
    [[nodiscard]] std::vector<TokenId> tokens() const;

    /// Whether a PIN or a login is kept whose time is not over.
    [[nodiscard]] bool has(const TokenId&, const std::string& module, Clock::time_point now) const;

    /// What is kept lives as long as `lifetime` says of its token from now on, at most. Throws what that
    /// throws.
    void limit(const std::function<PinLifetime(const TokenDescription&)>& lifetime, Clock::time_point now);

    /// From now on the time of those of which `lifetime` says one begins anew with each used(); that of
    /// others does not. Throws what that throws.
    void restart_by_use(const std::function<PinLifetime(const TokenDescription&)>& lifetime);
    /// A key of the token was used, whose PIN or login may be kept.
    void used(const TokenId&, const std::string& module, Clock::time_point now) noexcept;

    /// Of all modules; whether there was one.
    bool drop(const TokenId&) noexcept;
    /// The same of those that equal `pin`.
    bool drop(const TokenId&, const Secret& pin) noexcept;
    /// The same of the one that this module has.
    bool drop(const TokenId&, const std::string& module) noexcept;
    /// All that is kept.
    void drop_all() noexcept;

    /// Wipes the PINs whose time is over, and says when the next one's is, so that a timer can call again.
    std::optional<Clock::time_point> drop_expired(Clock::time_point now) noexcept;

  private:
    struct Kept {
        TokenDescription token;
        /// None: a login at a PIN pad.
        std::optional<Secret> pin;
        /// None: no end.
        std::optional<Clock::time_point> until;
        /// What use makes it live for; none: it changes nothing.
        PinLifetime from_use{};
    };
    struct Place {
        TokenId token;
        std::string module;

        // NOLINTNEXTLINE(modernize-use-nullptr): see TokenId
        friend auto operator<=>(const Place&, const Place&) = default;
    };

    /// All entries of a token stand together.
    std::map<Place, Kept> m_kept;
    /// Whether use matters to any of them.
    bool m_restarts_by_use = false;
};

}  // namespace signet::agent::pin
