#include "token/session.h"

#include <utility>

#include "token/error.h"

namespace signet::token {

Session::Session(const CK_FUNCTION_LIST& functions, SlotId slot, Access access) : m_functions(&functions) {
    const CK_FLAGS flags = CKF_SERIAL_SESSION | (access == Access::read_write ? CKF_RW_SESSION : 0);
    check("C_OpenSession",
          functions.C_OpenSession(static_cast<CK_SLOT_ID>(slot), flags, nullptr, nullptr, &m_handle));
}

Session::~Session() {
    close();
}

Session::Session(Session&& other) noexcept
    : m_functions(other.m_functions), m_handle(std::exchange(other.m_handle, CK_INVALID_HANDLE)) {}

Session& Session::operator=(Session&& other) noexcept {
    if (this != &other) {
        close();
        m_functions = other.m_functions;
        m_handle = std::exchange(other.m_handle, CK_INVALID_HANDLE);
    }
    return *this;
}

void Session::close() noexcept {
    // A session that does not close is as gone as one that does.
    if (m_handle != CK_INVALID_HANDLE)
        m_functions->C_CloseSession(m_handle);
}

bool Session::user_is_logged_in() const {
    CK_SESSION_INFO info{};
    check("C_GetSessionInfo", m_functions->C_GetSessionInfo(m_handle, &info));
    return info.state == CKS_RO_USER_FUNCTIONS || info.state == CKS_RW_USER_FUNCTIONS;
}

SessionState session_state(Ckr answer) noexcept {
    switch (answer) {
        case Ckr::session_handle_invalid:
        case Ckr::session_closed:
        case Ckr::device_removed:
            return SessionState::gone;
        case Ckr::operation_active:
        case Ckr::operation_not_initialized:
            return SessionState::busy;
        default:
            return SessionState::usable;
    }
}

}  // namespace signet::token
