#include "token/anchor.h"

namespace signet::token {

Anchor& Anchors::at(SlotId slot) {
    // Asked before any session: an absent slot must leave no entry, and some modules hang on a token that is
    // not initialised.
    token_in(*m_functions, slot);
    Anchor* anchor = nullptr;
    {
        const std::lock_guard lock(m_mutex);
        auto& entry = m_anchors[slot];
        if (entry == nullptr)
            entry = std::make_unique<Anchor>(*m_functions, slot);
        anchor = entry.get();
    }
    anchor->hold();
    return *anchor;
}

}  // namespace signet::token
