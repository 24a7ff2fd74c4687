#include "token/writing.h"

#include "token/error.h"

namespace signet::token {

Session writing_session(const CK_FUNCTION_LIST& functions, WorkerSessions& sessions,
                        const Expected& expected) {
    // Without the anchor, this session would be the last one, and its end a logout.
    sessions.anchor(expected.slot);
    Session session(functions, expected.slot, Access::read_write);
    const TokenInfo there = token_in(functions, expected.slot);
    if (there.serial != expected.serial || there.label != expected.label)
        throw TokenError(protocol::TOKEN_ABSENT, "another token is in the slot");
    return session;
}

}  // namespace signet::token
