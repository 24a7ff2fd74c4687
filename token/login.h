// Logging in and out, which is done once for all sessions of a process.
#pragma once

#include <optional>
#include <span>

#include "token/session.h"

namespace signet::token {

/// Logs the user in with C_Login, never through libp11, which takes any PIN when somebody is already logged
/// in. Without a PIN the token must have a PIN pad. Already logged in: with `verify` logs out first, so that
/// the PIN is really tried, else does nothing. Call it through Anchor::borrow. Returns what C_Login answered,
/// which is called once at most; throws TokenError for what happened before, and that may be repeated.
[[nodiscard]] Ckr log_in(const Session& session, SlotId slot, std::optional<std::span<unsigned char>> pin,
                         bool verify);

/// Does nothing if nobody is logged in. Throws TokenError.
void log_out(const Session& session);

}  // namespace signet::token
