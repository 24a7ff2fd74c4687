#include "token/worker_sessions.h"

namespace signet::token {

WorkerSessions::Entry& WorkerSessions::entry(SlotId slot) {
    for (const auto& known : m_entries) {
        if (known->slot == slot)
            return *known;
    }
    Anchor& anchor = m_anchors->at(slot);
    m_entries.push_back(
        std::make_unique<Entry>(Entry{slot, &anchor, KeptSession(*m_functions, slot), anchor.epoch()}));
    return *m_entries.back();
}

}  // namespace signet::token
