#include "token/anchor.h"

namespace signet::token {

Anchor& Anchors::at(SlotId slot) {
    Anchor* anchor = find(slot);
    std::shared_lock<std::shared_mutex> held;
    if (anchor != nullptr)
        held = anchor->share();
    // Asked before any session: an absent slot must leave no entry, and some modules hang on a token that is
    // not initialised.
    token_in(*m_functions, slot);
    if (anchor == nullptr) {
        {
            const std::lock_guard lock(m_mutex);
            auto& entry = m_anchors[slot];
            if (entry == nullptr)
                entry = std::make_unique<Anchor>(*m_functions, slot);
            anchor = entry.get();
        }
        held = anchor->share();
    }
    anchor->hold();
    return *anchor;
}

void Anchors::emptied(SlotId slot) noexcept {
    const std::lock_guard lock(m_mutex);
    if (const auto place = m_anchors.find(slot); place != m_anchors.end())
        place->second->emptied();
}

Anchor* Anchors::find(SlotId slot) noexcept {
    const std::lock_guard lock(m_mutex);
    const auto place = m_anchors.find(slot);
    return place == m_anchors.end() ? nullptr : place->second.get();
}

}  // namespace signet::token
