#include "token/anchor.h"

#include <algorithm>

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
    const auto held = anchor->share();
    anchor->hold();
    return *anchor;
}

void Anchors::emptied(SlotId slot) noexcept {
    const std::lock_guard lock(m_mutex);
    if (const auto place = m_anchors.find(slot); place != m_anchors.end())
        place->second->emptied();
}

bool Anchors::any_claimed() {
    const std::lock_guard lock(m_mutex);
    return std::any_of(m_anchors.begin(), m_anchors.end(),
                       [](const auto& entry) { return entry.second->is_claimed(); });
}

}  // namespace signet::token
