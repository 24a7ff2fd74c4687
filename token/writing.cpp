#include "token/writing.h"

#include "token/error.h"

namespace signet::token {

void check_expected(const CK_FUNCTION_LIST& functions, const Expected& expected) {
    const TokenInfo there = token_in(functions, expected.slot);
    if (there.serial != expected.serial || there.label != expected.label)
        throw TokenError(protocol::TOKEN_ABSENT, "another token is in the slot");
}

std::optional<Session> writing_session(const CK_FUNCTION_LIST& functions, SlotId slot) {
    try {
        return Session(functions, slot, Access::read_write);
    } catch (const TokenError& error) {
        if (error.ckr() != Ckr::session_count)
            throw;
        return std::nullopt;
    }
}

}  // namespace signet::token
