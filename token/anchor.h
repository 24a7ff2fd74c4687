// The session that stays open on each token as long as the process lives.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>

#include "token/kept_session.h"

namespace signet::token {

/// One slot as all workers share it. Its session keeps the login alive, serves what must happen one at a time
/// (the login), and is lent to workers for which the token has no session left.
class Anchor {
  public:
    Anchor(const CK_FUNCTION_LIST& functions, SlotId slot) noexcept : m_session(functions, slot) {}

    /// Opens the session. Throws TokenError.
    void hold() {
        const std::lock_guard lock(m_mutex);
        m_session.get();
    }

    /// KeptSession::use, alone: others wait. For any thread.
    template <typename Action>
    auto borrow(Action&& action) {
        const std::lock_guard lock(m_mutex);
        return m_session.use(action);
    }

    /// Whether this module wants points as DER OCTET STRINGs; learnt by the first C_DeriveKey. For any
    /// thread.
    std::atomic<bool> wants_encoded_points = false;

  private:
    std::mutex m_mutex;
    KeptSession m_session;
};

/// The anchors of all slots. For any thread.
class Anchors {
  public:
    explicit Anchors(const CK_FUNCTION_LIST& functions) noexcept : m_functions(&functions) {}

    /// The anchor of `slot`, its session open. It lives as long as this. Throws TokenError: TOKEN_ABSENT if
    /// there is no initialised token in the slot.
    Anchor& at(SlotId slot);

  private:
    const CK_FUNCTION_LIST* m_functions;
    std::mutex m_mutex;
    std::map<SlotId, std::unique_ptr<Anchor>> m_anchors;
};

}  // namespace signet::token
