// A session that outlives what happens to it.
#pragma once

#include <optional>

#include "token/error.h"
#include "token/session.h"

namespace signet::token {

/// Opens its session when it is first needed, and once more when the module says that it is gone or busy. One
/// thread at a time.
class KeptSession {
  public:
    KeptSession(const CK_FUNCTION_LIST& functions, SlotId slot) noexcept
        : m_functions(&functions), m_slot(slot) {}

    /// The session, opened if there is none. Throws TokenError.
    Session& get();

    /// The session, read/write from now on. If it was not, it is closed first, which may log everybody out.
    /// The same as get() after that. Throws TokenError.
    Session& get_writing();

    /// Gives up a session that the module no longer knows, if there is one (Session::forget).
    void forget() noexcept {
        if (m_session)
            m_session->forget();
        m_session.reset();
    }

    /// Calls `action(session)` and returns its result. If that throws a TokenError which says that the
    /// session cannot go on, it is called once more with a new session: it must be repeatable. Throws what
    /// `action` throws; a login that went with a token that was removed is a token that was removed.
    template <typename Action>
    auto use(Action&& action) {
        Ckr first = Ckr::ok;
        try {
            return action(get());
        } catch (const TokenError& error) {
            first = error.ckr();
            const SessionState state = session_state(first);
            if (state == SessionState::usable)
                throw;
            renew(state);
        }
        try {
            return action(get());
        } catch (const TokenError& error) {
            if (first == Ckr::device_removed && error.ckr() == Ckr::user_not_logged_in)
                throw TokenError("the token was out", first);
            throw;
        }
    }

  private:
    void renew(SessionState state);

    const CK_FUNCTION_LIST* m_functions;
    SlotId m_slot;
    Access m_access = Access::read_only;
    std::optional<Session> m_session;
};

}  // namespace signet::token
