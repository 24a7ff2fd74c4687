#include "token/slot_watcher.h"

#include <algorithm>
#include <string>

#include "token/protocol/token.pb.h"

namespace signet::token {

namespace {

/// People are told within a second, what the agent then looks at included.
constexpr auto pause = std::chrono::milliseconds(300);
/// A module that waits although it is told not to leaves the workers to work.
constexpr auto first_look = std::chrono::seconds(1);

std::span<const unsigned char> bytes_of(const std::string& text) {
    return {reinterpret_cast<const unsigned char*>(text.data()), text.size()};
}

}  // namespace

SlotWatcher::SlotWatcher(const CK_FUNCTION_LIST& functions, Anchors& anchors, const Channel& channel,
                         std::chrono::milliseconds longest_wait)
    : m_functions(functions),
      m_anchors(anchors),
      m_channel(channel),
      m_longest_wait(longest_wait),
      m_thread([this] { run(); }) {
    std::unique_lock lock(m_mutex);
    m_is_late = !m_changed.wait_for(lock, first_look, [this] { return m_over > 0; });
}

SlotWatcher::~SlotWatcher() {
    {
        const std::lock_guard lock(m_mutex);
        m_stops = true;
    }
    m_changed.notify_all();
    m_thread.join();
}

void SlotWatcher::run() {
    SlotWatch watch(m_functions, m_anchors);
    std::unique_lock lock(m_mutex);
    for (;;) {
        m_over = m_begun;
        m_is_late = false;
        m_changed.notify_all();
        m_changed.wait_for(lock, pause, [this] { return m_stops || m_wanted > m_begun; });
        if (m_stops)
            return;
        ++m_begun;
        const std::set<SlotId> held(m_held.begin(), m_held.end());
        lock.unlock();
        const SlotChanges changes = watch.look(held);
        if (changes.any())
            tell(changes);
        lock.lock();
    }
}

void SlotWatcher::look_now(SlotId held) {
    std::unique_lock lock(m_mutex);
    // No worker looks itself: a module that hangs in it would hang the login with it, and its PIN would count
    // as sent.
    if (m_is_late)
        return;
    const std::uint64_t wanted = m_begun + 1;
    m_wanted = std::max(m_wanted, wanted);
    const auto place = m_held.insert(held);
    m_changed.notify_all();
    const bool seen =
        m_changed.wait_for(lock, m_longest_wait, [&] { return m_over >= wanted || m_is_late || m_stops; });
    m_held.erase(place);
    if (!seen)
        m_is_late = true;
    m_changed.notify_all();
}

void SlotWatcher::tell(const SlotChanges& changes) {
    protocol::Reply reply;
    protocol::SlotsChanged& slots = *reply.mutable_slots_changed();
    for (const SlotId slot : changes.emptied)
        slots.add_emptied(static_cast<CK_SLOT_ID>(slot));
    for (const SlotId slot : changes.filled)
        slots.add_filled(static_cast<CK_SLOT_ID>(slot));
    // Told first: whoever is refused for the anchor's sake answers after it.
    m_channel.send(bytes_of(reply.SerializeAsString()));
    for (const SlotId slot : changes.emptied)
        m_anchors.emptied(slot);
}

}  // namespace signet::token
