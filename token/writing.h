// Sessions that change what is on a token.
#pragma once

#include <optional>

#include "token/login.h"
#include "token/session.h"
#include "token/worker_sessions.h"

namespace signet::token {

/// Throws TokenError (TOKEN_ABSENT) if another token than `expected` is in its slot.
void check_expected(const CK_FUNCTION_LIST& functions, const Expected& expected);

/// A read/write session of its own; none if the token allows no more sessions. Throws TokenError.
[[nodiscard]] std::optional<Session> writing_session(const CK_FUNCTION_LIST& functions, SlotId slot);

/// Calls `action(session)` once, with a read/write session on the `expected` token: one beside the anchor's,
/// whose login it shares, or, where the token allows no more, the anchor's own (Anchor::borrow_writing).
/// Throws TokenError, and what `action` throws: TOKEN_ABSENT if another token is in the slot.
template <typename Action>
void write_on(const CK_FUNCTION_LIST& functions, WorkerSessions& sessions, const Expected& expected,
              Action&& action) {
    // Without the anchor, a session of its own would be the last one, and its end a logout.
    Anchor& anchor = sessions.anchor(expected.slot);
    {
        const auto held = anchor.share();
        if (const auto own = writing_session(functions, expected.slot)) {
            check_expected(functions, expected);
            action(*own);
            return;
        }
    }
    const auto alone = anchor.claim();
    anchor.borrow_writing([&](const Session& session) {
        check_expected(functions, expected);
        action(session);
    });
}

}  // namespace signet::token
