// Sessions that change what is on a token.
#pragma once

#include "token/login.h"
#include "token/session.h"
#include "token/worker_sessions.h"

namespace signet::token {

/// A read/write session of its own beside the anchor's, whose login it shares. Throws TokenError:
/// TOKEN_ABSENT if another token than `expected` is in the slot.
[[nodiscard]] Session writing_session(const CK_FUNCTION_LIST& functions, WorkerSessions& sessions,
                                      const Expected& expected);

}  // namespace signet::token
