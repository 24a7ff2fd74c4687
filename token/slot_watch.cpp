#include "token/slot_watch.h"

#include <algorithm>
#include <utility>

#include "token/error.h"
#include "token/protocol/datagram.h"

namespace signet::token {

namespace {

/// A module that has an event each time has none.
constexpr int max_baseless = 8;

/// An empty name is not known.
bool is_another(const std::string& before, const std::string& now) {
    return !before.empty() && !now.empty() && before != now;
}

}  // namespace

SlotWatch::SlotWatch(const CK_FUNCTION_LIST& functions, Anchors& anchors)
    : m_functions(functions), m_anchors(anchors) {
    try {
        // Whether there are any says what is asked of the tokens. What came before is no event.
        take_events();
        m_tokens = tokens({});
        take_events();
    } catch (const TokenError&) {
        m_tokens.clear();
    }
}

std::set<SlotId> SlotWatch::take_events() {
    std::set<SlotId> events;
    while (m_has_events && events.size() < protocol::max_slots) {
        CK_SLOT_ID slot = 0;
        const CK_RV answer = m_functions.C_WaitForSlotEvent(CKF_DONT_BLOCK, &slot, nullptr);
        if (answer == CKR_FUNCTION_NOT_SUPPORTED)
            m_has_events = false;
        if (answer != CKR_OK)
            break;
        // Told again at once: it is not one event more.
        if (!events.insert(SlotId{slot}).second)
            break;
    }
    return events;
}

SlotWatch::Tokens SlotWatch::tokens(const std::set<SlotId>& held) {
    Tokens tokens;
    for (const SlotId slot : occupied_slots(m_functions))
        tokens[slot] = m_has_events ? std::string() : token_name(slot, held.contains(slot));
    return tokens;
}

std::string SlotWatch::token_name(SlotId slot, bool is_held) {
    // That it does not tell now, or cannot be asked, makes it no other.
    const auto before = m_tokens.find(slot);
    std::string known = before == m_tokens.end() ? std::string() : before->second;
    std::shared_lock<std::shared_mutex> held;
    if (Anchor* anchor = is_held ? nullptr : m_anchors.find(slot)) {
        held = anchor->try_share();
        if (!held.owns_lock())
            return known;
    }
    CK_TOKEN_INFO info{};
    if (m_functions.C_GetTokenInfo(static_cast<CK_SLOT_ID>(slot), &info) != CKR_OK)
        return known;
    return std::string(std::begin(info.serialNumber), std::end(info.serialNumber)) +
           std::string(std::begin(info.label), std::end(info.label));
}

SlotChanges SlotWatch::look(const std::set<SlotId>& held) {
    SlotChanges changes;
    try {
        Tokens now = tokens(held);
        // After the list: with OpenSC it is the list that finds a card, and so makes the event of it. Taken
        // before, that would come a look late, as a removal of the card that may be unlocked by then.
        std::set<SlotId> events = take_events();
        // The event may be of a card that went after the list: that is no exchange.
        if (!events.empty() && m_baseless == 0) {
            try {
                now = tokens(held);
            } catch (const TokenError&) {
                // It is told by the list before, or not at all: its event has been taken.
            }
            events.merge(take_events());
        }
        for (const auto& [slot, name] : m_tokens) {
            const auto place = now.find(slot);
            if (place == now.end() || is_another(name, place->second))
                changes.emptied.push_back(slot);
        }
        for (const auto& [slot, name] : now) {
            const auto before = m_tokens.find(slot);
            if (before == m_tokens.end() || is_another(before->second, name))
                changes.filled.push_back(slot);
        }
        add_exchanged(events, now, changes);
        m_tokens = std::move(now);
    } catch (const TokenError&) {
        // Operations will tell what ails it.
        return {};
    }
    return changes;
}

void SlotWatch::add_exchanged(const std::set<SlotId>& events, const Tokens& now, SlotChanges& changes) {
    const bool has_base = changes.any() || events.empty();
    m_baseless = has_base ? 0 : m_baseless + 1;
    for (const SlotId slot : events) {
        const bool was_and_is = m_tokens.contains(slot) && now.contains(slot);
        const bool is_said =
            std::find(changes.filled.begin(), changes.filled.end(), slot) != changes.filled.end();
        if (!was_and_is || is_said || m_baseless > max_baseless)
            continue;
        changes.emptied.push_back(slot);
        changes.filled.push_back(slot);
    }
}

}  // namespace signet::token
