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

/// Without a PIN it is entered at the token's PIN pad.
using LoginPin = std::optional<std::span<unsigned char>>;

/// What comes before log_in(). Logs out, so that OK always means that the token has taken this PIN. Throws
/// TokenError, and may be repeated: TOKEN_ABSENT if another token is in the slot, PIN_INVALID if no token
/// could take the PIN, BAD_REQUEST for none without a PIN pad.
void prepare_login(const Session& session, const Expected& expected, LoginPin pin);

/// Logs the user in with C_Login, never through libp11, which takes any PIN when somebody is already logged
/// in. Returns what that answered: it is called once. Call both through Anchor::borrow.
[[nodiscard]] Ckr log_in(const Session& session, LoginPin pin);

/// Does nothing if nobody is logged in. Throws TokenError.
void log_out(const Session& session);

}  // namespace signet::token
