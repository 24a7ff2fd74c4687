#include "token/kept_session.h"

#include <utility>

namespace signet::token {

Session& KeptSession::get() {
    if (!m_session)
        m_session.emplace(*m_functions, m_slot, m_access);
    return *m_session;
}

Session& KeptSession::get_writing() {
    if (m_access == Access::read_write)
        return get();
    m_session.reset();
    m_access = Access::read_write;
    try {
        return get();
    } catch (const TokenError&) {
        m_access = Access::read_only;
        throw;
    }
}

void KeptSession::renew(SessionState state) {
    if (m_session && state == SessionState::gone)
        m_session->forget();
    try {
        // The new one first: closing the last session of a token logs everybody out.
        Session fresh(*m_functions, m_slot, m_access);
        m_session = std::move(fresh);
    } catch (const TokenError& error) {
        m_session.reset();
        if (error.ckr() != Ckr::session_count)
            throw;
        m_session.emplace(*m_functions, m_slot, m_access);
    }
}

}  // namespace signet::token
