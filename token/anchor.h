// The session that stays open on each token as long as the process lives.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <utility>

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
        follow_epoch();
        m_session.get();
    }

    /// KeptSession::use, alone: others wait. The caller holds the token (share() or claim()). For any thread.
    template <typename Action>
    auto borrow(Action&& action) {
        const std::lock_guard lock(m_mutex);
        follow_epoch();
        return m_session.use(action);
    }

    /// KeptSession::get_writing, alone. The caller has the token alone (claim()): what others do would be
    /// logged out. Calls `action(session)` once, and not if that closed the session that was logged in:
    /// TokenError (NOT_LOGGED_IN) then, and a login will last. For any thread.
    template <typename Action>
    void borrow_writing(Action&& action) {
        const std::lock_guard lock(m_mutex);
        follow_epoch();
        const bool was_logged_in = m_session.get().user_is_logged_in();
        Session& session = m_session.get_writing();
        if (was_logged_in && !session.user_is_logged_in())
            throw TokenError(protocol::NOT_LOGGED_IN,
                             "the token has no session beside the one that was logged in");
        action(session);
    }

    /// Held during each call on the token. For any thread, once at a time.
    [[nodiscard]] std::shared_lock<std::shared_mutex> share() {
        const std::lock_guard turn(m_turn);
        return std::shared_lock(m_in_use);
    }
    /// Held during calls between which there must be none by others. For any thread.
    [[nodiscard]] std::unique_lock<std::shared_mutex> claim() {
        // Who comes later waits for its turn: a token in constant use is not withheld for ever.
        const std::lock_guard turn(m_turn);
        return std::unique_lock(m_in_use);
    }
    /// share(), but nothing if somebody has, or waits for, the token alone.
    [[nodiscard]] std::shared_lock<std::shared_mutex> try_share() {
        const std::unique_lock turn(m_turn, std::try_to_lock);
        if (!turn.owns_lock())
            return {};
        return {m_in_use, std::try_to_lock};
    }

    /// The token was out: its sessions are gone, and their handles may name others by now. For any thread.
    void emptied() noexcept { ++m_epoch; }
    /// Grows with each emptied().
    [[nodiscard]] std::uint64_t epoch() const noexcept { return m_epoch; }

    /// Whether this module wants points as DER OCTET STRINGs; learnt by the first C_DeriveKey. For any
    /// thread.
    std::atomic<bool> wants_encoded_points = false;

  private:
    void follow_epoch() noexcept {
        const auto now = m_epoch.load();
        if (std::exchange(m_seen_epoch, now) != now)
            m_session.forget();
    }

    std::mutex m_turn;
    std::shared_mutex m_in_use;
    std::atomic<std::uint64_t> m_epoch = 0;
    std::mutex m_mutex;
    KeptSession m_session;
    std::uint64_t m_seen_epoch = 0;
};

/// The anchors of all slots. For any thread.
class Anchors {
  public:
    explicit Anchors(const CK_FUNCTION_LIST& functions) noexcept : m_functions(&functions) {}

    /// The anchor of `slot`, its session open. It lives as long as this. Throws TokenError: TOKEN_ABSENT if
    /// there is no initialised token in the slot.
    Anchor& at(SlotId slot);

    /// Anchor::emptied of the slot's, if it has one.
    void emptied(SlotId slot) noexcept;
    /// The anchor of `slot` if there is one already, with or without a session; else null.
    [[nodiscard]] Anchor* find(SlotId slot) noexcept;

  private:
    const CK_FUNCTION_LIST* m_functions;
    std::mutex m_mutex;
    std::map<SlotId, std::unique_ptr<Anchor>> m_anchors;
};

}  // namespace signet::token
