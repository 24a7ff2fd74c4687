// One session on a token.
#pragma once

#include <p11-kit/pkcs11.h>

#include "token/ckr.h"
#include "token/slot.h"

namespace signet::token {

enum class Access { read_only, read_write };

/// Owns an open session and closes it. Movable, not copyable: a second owner would close a session that
/// others use. One thread at a time.
class Session {
  public:
    /// A read-only session is enough for keys and for session objects. Throws TokenError.
    Session(const CK_FUNCTION_LIST& functions, SlotId slot, Access access = Access::read_only);
    ~Session();
    Session(Session&& other) noexcept;
    Session& operator=(Session&& other) noexcept;
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    /// CK_INVALID_HANDLE after forget(), or when it was moved from.
    [[nodiscard]] CK_SESSION_HANDLE handle() const noexcept { return m_handle; }
    [[nodiscard]] const CK_FUNCTION_LIST& functions() const noexcept { return *m_functions; }

    /// Whether the user is logged in on this token. Throws TokenError.
    [[nodiscard]] bool user_is_logged_in() const;

    /// Gives up a handle that the module no longer knows. It is not closed: by now it may name another
    /// session.
    void forget() noexcept { m_handle = CK_INVALID_HANDLE; }

  private:
    void close() noexcept;

    const CK_FUNCTION_LIST* m_functions;
    CK_SESSION_HANDLE m_handle = CK_INVALID_HANDLE;
};

/// What an answer says about the session that it came from.
enum class SessionState {
    usable,
    /// Gone with its token or by itself: the handle names nothing any more.
    gone,
    /// An operation that nobody finished is left in it.
    busy,
};

/// CKR_SESSION_HANDLE_INVALID, CKR_SESSION_CLOSED and CKR_DEVICE_REMOVED say gone; CKR_OPERATION_ACTIVE and
/// CKR_OPERATION_NOT_INITIALIZED busy.
SessionState session_state(Ckr answer) noexcept;

}  // namespace signet::token
