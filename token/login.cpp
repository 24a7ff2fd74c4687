#include "token/login.h"

#include "token/error.h"
#include "token/protocol/datagram.h"

namespace signet::token {

namespace {

/// What no token could accept is refused here, before it costs a try.
void check_pin(LoginPin pin) {
    if (pin && (pin->empty() || pin->size() > protocol::max_pin))
        throw TokenError(protocol::PIN_INVALID, "the PIN is empty or too long");
}

/// The card may have been exchanged since the scan: its PIN would cost the other one a try.
void check_token(const Session& session, const Expected& expected, bool has_pin) {
    const TokenInfo there = token_in(session.functions(), expected.slot);
    if (there.serial != expected.serial || there.label != expected.label)
        throw TokenError(protocol::TOKEN_ABSENT, "another token is in the slot");
    if (!has_pin && (there.flags & CKF_PROTECTED_AUTHENTICATION_PATH) == 0)
        throw TokenError(protocol::BAD_REQUEST, "a login without a PIN on a token without a PIN pad");
}

}  // namespace

void prepare_login(const Session& session, const Expected& expected, LoginPin pin) {
    check_pin(pin);
    // This shows also whether the session is still one.
    if (session.user_is_logged_in())
        log_out(session);
    else
        // A module may keep the login elsewhere than in its sessions' state.
        session.functions().C_Logout(session.handle());
    check_token(session, expected, pin.has_value());
}

Ckr log_in(const Session& session, LoginPin pin) {
    unsigned char* text = pin ? pin->data() : nullptr;
    const CK_ULONG size = pin ? pin->size() : 0;
    return Ckr{session.functions().C_Login(session.handle(), CKU_USER, text, size)};
}

void log_out(const Session& session) {
    const CK_RV value = session.functions().C_Logout(session.handle());
    if (value != CKR_USER_NOT_LOGGED_IN)
        check("C_Logout", value);
}

}  // namespace signet::token
