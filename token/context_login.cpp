#include "token/context_login.h"

#include "token/error.h"
#include "token/protocol/datagram.h"

namespace signet::token {

void ContextLogin::check(const Session& session) const {
    const TokenInfo there = token_in(session.functions(), m_slot);
    if (there.serial != m_authentication.serial() || there.label != m_authentication.label())
        throw TokenError(protocol::TOKEN_ABSENT, "another token is in the slot");
    const CK_FLAGS flags = there.flags;
    if ((flags & CKF_USER_PIN_LOCKED) != 0)
        throw TokenError(protocol::PIN_LOCKED, "the PIN is locked");
    if ((flags & CKF_USER_PIN_FINAL_TRY) != 0 && !m_authentication.may_be_last_try())
        throw TokenError(protocol::PIN_LAST_TRY, "one PIN try is left");
    const std::size_t size = m_authentication.pin().size();
    if (m_authentication.has_pin() && (size == 0 || size > protocol::max_pin))
        throw TokenError(protocol::PIN_INVALID, "the PIN is empty or too long");
    if (!m_authentication.has_pin() && (flags & CKF_PROTECTED_AUTHENTICATION_PATH) == 0)
        throw TokenError(protocol::BAD_REQUEST, "a login without a PIN on a token without a PIN pad");
}

void ContextLogin::log_in(const Session& session) {
    unsigned char* text = nullptr;
    CK_ULONG size = 0;
    if (m_authentication.has_pin()) {
        std::string& pin = *m_authentication.mutable_pin();
        text = reinterpret_cast<unsigned char*>(pin.data());
        size = pin.size();
    }
    m_sent = true;
    token::check("C_Login", session.functions().C_Login(session.handle(), CKU_CONTEXT_SPECIFIC, text, size));
}

}  // namespace signet::token
