#include "token/kept_session.h"

#include <utility>

namespace signet::token {

Session& KeptSession::get() {
    if (!m_session)
        m_session.emplace(*m_functions, m_slot);
    return *m_session;
}

void KeptSession::renew(SessionState state) {
    if (m_session && state == SessionState::gone)
        m_session->forget();
    try {
        // The new one first: closing the last session of a token logs everybody out.
        Session fresh(*m_functions, m_slot);
        m_session = std::move(fresh);
    } catch (const TokenError& error) {
        m_session.reset();
        if (error.ckr() != Ckr::session_count)
            throw;
        m_session.emplace(*m_functions, m_slot);
    }
}

}  // namespace signet::token
