// The login that a key with CKA_ALWAYS_AUTHENTICATE wants for each operation.
#pragma once

#include "token/protocol/token.pb.h"
#include "token/session.h"

namespace signet::token {

/// C_Login with CKU_CONTEXT_SPECIFIC (PKCS#11 2.40, section 5.6.6), once for each operation. The caller holds
/// the token alone, from check() to the end of the operation. One thread.
class ContextLogin {
  public:
    /// `authentication` is changed (C_Login wants bytes that it may change) and must outlive it.
    ContextLogin(SlotId slot, protocol::Authentication& authentication) noexcept
        : m_slot(slot), m_authentication(authentication) {}

    /// Before the operation's Init. Throws TokenError: PIN_LOCKED, PIN_LAST_TRY, PIN_INVALID (no token could
    /// take it), BAD_REQUEST (no PIN, and no PIN pad), TOKEN_ABSENT (also if another one is in the slot).
    void check(const Session& session) const;
    /// Between the Init and the operation. Throws TokenError.
    void log_in(const Session& session);
    /// From then on nothing of the operation may be repeated by itself: the PIN has been sent.
    [[nodiscard]] bool was_sent() const noexcept { return m_sent; }

  private:
    SlotId m_slot;
    protocol::Authentication& m_authentication;
    bool m_sent = false;
};

}  // namespace signet::token
