// The sessions of one worker.
#pragma once

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "token/anchor.h"

namespace signet::token {

/// One session a slot that the worker uses, opened when first needed. A token that allows no more sessions is
/// used through its anchor's, which makes fewer workers of them and fails nothing. One thread at a time.
class WorkerSessions {
  public:
    WorkerSessions(const CK_FUNCTION_LIST& functions, Anchors& anchors) noexcept
        : m_functions(&functions), m_anchors(&anchors) {}

    /// The anchor of `slot`. Throws as Anchors::at does, at first.
    Anchor& anchor(SlotId slot) { return *entry(slot).anchor; }

    /// Anchor::share of `slot`, if anybody has used a token there.
    [[nodiscard]] std::shared_lock<std::shared_mutex> share(SlotId slot) {
        Anchor* known = m_anchors->find(slot);
        return known == nullptr ? std::shared_lock<std::shared_mutex>() : known->share();
    }

    /// KeptSession::use with a session on `slot`. Throws TokenError; TOKEN_ABSENT if there is no such token.
    template <typename Action>
    auto use(SlotId slot, Action&& action) {
        Entry& mine = entry(slot);
        const auto held = mine.anchor->share();
        return use(mine, action);
    }
    /// The same, while nobody else uses the token.
    template <typename Action>
    auto use_alone(SlotId slot, Action&& action) {
        Entry& mine = entry(slot);
        const auto held = mine.anchor->claim();
        return use(mine, action);
    }

  private:
    struct Entry {
        SlotId slot;
        Anchor* anchor;
        KeptSession session;
        /// Of the anchor, when the session was last used.
        std::uint64_t epoch = 0;
        bool borrows = false;
    };

    template <typename Action>
    static auto use(Entry& mine, Action& action) {
        const auto epoch = mine.anchor->epoch();
        if (std::exchange(mine.epoch, epoch) != epoch) {
            mine.session.forget();
            mine.borrows = false;
        }
        if (!mine.borrows) {
            try {
                return mine.session.use(action);
            } catch (const TokenError& error) {
                if (error.ckr() != Ckr::session_count)
                    throw;
                mine.borrows = true;
            }
        }
        return mine.anchor->borrow(action);
    }

    Entry& entry(SlotId slot);

    const CK_FUNCTION_LIST* m_functions;
    Anchors* m_anchors;
    // A handful of slots: faster to walk than to hash.
    std::vector<std::unique_ptr<Entry>> m_entries;
};

}  // namespace signet::token
