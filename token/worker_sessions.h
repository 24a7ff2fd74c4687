// The sessions of one worker.
#pragma once

#include <memory>
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

    /// KeptSession::use with a session on `slot`. Throws TokenError; TOKEN_ABSENT if there is no such token.
    template <typename Action>
    auto use(SlotId slot, Action&& action) {
        Entry& mine = entry(slot);
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

  private:
    struct Entry {
        SlotId slot;
        Anchor* anchor;
        KeptSession session;
        bool borrows = false;
    };

    Entry& entry(SlotId slot);

    const CK_FUNCTION_LIST* m_functions;
    Anchors* m_anchors;
    // A handful of slots: faster to walk than to hash.
    std::vector<std::unique_ptr<Entry>> m_entries;
};

}  // namespace signet::token
