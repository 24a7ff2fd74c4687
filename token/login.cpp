#include "token/login.h"

#include "token/error.h"
#include "token/protocol/datagram.h"

namespace signet::token {

namespace {

/// What no token could accept is refused here, before it costs a try.
void check_pin(const Session& session, SlotId slot, std::optional<std::span<unsigned char>> pin) {
    if (pin && (pin->empty() || pin->size() > protocol::max_pin))
        throw TokenError(protocol::PIN_INVALID, "the PIN is empty or too long");
    if (!pin && (token_in(session.functions(), slot).flags & CKF_PROTECTED_AUTHENTICATION_PATH) == 0)
        throw TokenError(protocol::BAD_REQUEST, "a login without a PIN on a token without a PIN pad");
}

Ckr try_login(const Session& session, std::optional<std::span<unsigned char>> pin) {
    unsigned char* text = pin ? pin->data() : nullptr;
    const CK_ULONG size = pin ? pin->size() : 0;
    return Ckr{session.functions().C_Login(session.handle(), CKU_USER, text, size)};
}

}  // namespace

Ckr log_in(const Session& session, SlotId slot, std::optional<std::span<unsigned char>> pin, bool verify) {
    check_pin(session, slot, pin);
    // This shows also whether the session is still one.
    const bool logged_in = session.user_is_logged_in();
    if (logged_in && !verify)
        return Ckr::ok;
    if (logged_in)
        log_out(session);
    else if (verify)
        // A module may keep the login elsewhere than in its sessions' state.
        session.functions().C_Logout(session.handle());
    const Ckr answer = try_login(session, pin);
    return answer == Ckr::user_already_logged_in && !verify ? Ckr::ok : answer;
}

void log_out(const Session& session) {
    const CK_RV value = session.functions().C_Logout(session.handle());
    if (value != CKR_USER_NOT_LOGGED_IN)
        check("C_Logout", value);
}

}  // namespace signet::token
