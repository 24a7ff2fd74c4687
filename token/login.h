// Logging in and out, which is done once for all sessions of a process.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "token/session.h"

namespace signet::token {

/// Which token a PIN is for, as a scan reported it.
struct Expected {
    SlotId slot;
    const std::string& serial;
    const std::string& label;
};

/// Logs the user in with C_Login, never through libp11, which takes any PIN when somebody is already logged
/// in. Without a PIN the token must have a PIN pad. Logs out first, so that OK always means that the token
/// has taken this PIN. Throws TOKEN_ABSENT if another token is in the slot. Call it through Anchor::borrow.
/// Returns what C_Login answered, which is called once at most; throws TokenError for what happened before,
/// and that may be repeated.
[[nodiscard]] Ckr log_in(const Session& session, const Expected& expected,
                         std::optional<std::span<unsigned char>> pin);

/// Does nothing if nobody is logged in. Throws TokenError.
void log_out(const Session& session);

}  // namespace signet::token
