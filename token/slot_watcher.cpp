#include "token/slot_watcher.h"

#include <chrono>
#include <string>

#include "token/protocol/token.pb.h"

namespace signet::token {

namespace {

/// People are told within a second, what the agent then looks at included.
constexpr auto pause = std::chrono::milliseconds(300);
/// A module that waits although it is told not to leaves the workers to work.
constexpr auto first_look = std::chrono::seconds(1);
/// One that takes longer hangs, and logins go without.
constexpr auto longest_look = std::chrono::seconds(1);

std::span<const unsigned char> bytes_of(const std::string& text) {
    return {reinterpret_cast<const unsigned char*>(text.data()), text.size()};
}

}  // namespace

SlotWatcher::SlotWatcher(const CK_FUNCTION_LIST& functions, Anchors& anchors, const Channel& channel)
    : m_functions(functions), m_anchors(anchors), m_channel(channel), m_thread([this] { run(); }) {
    std::unique_lock lock(m_mutex);
    m_is_late = !m_changed.wait_for(lock, first_look, [this] { return !m_looking; });
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
    m_watch.emplace(m_functions, m_anchors);
    std::unique_lock lock(m_mutex);
    end_look();
    while (!m_changed.wait_for(lock, pause, [this] { return m_stops; })) {
        m_changed.wait(lock, [this] { return !m_looking || m_stops; });
        if (!m_stops)
            look(lock, {});
    }
}

void SlotWatcher::look_now(SlotId held) {
    std::unique_lock lock(m_mutex);
    const auto limit = m_is_late ? std::chrono::seconds(0) : longest_look;
    if (m_changed.wait_for(lock, limit, [this] { return !m_looking; }))
        look(lock, held);
    else
        m_is_late = true;
}

void SlotWatcher::look(std::unique_lock<std::mutex>& lock, std::optional<SlotId> held) {
    m_looking = true;
    lock.unlock();
    const SlotChanges changes = m_watch->look(held);
    if (changes.any())
        tell(changes);
    lock.lock();
    end_look();
}

void SlotWatcher::end_look() {
    m_looking = false;
    m_is_late = false;
    m_changed.notify_all();
}

void SlotWatcher::tell(const SlotChanges& changes) {
    protocol::Reply reply;
    protocol::SlotsChanged& slots = *reply.mutable_slots_changed();
    for (const SlotId slot : changes.emptied) {
        m_anchors.emptied(slot);
        slots.add_emptied(static_cast<CK_SLOT_ID>(slot));
    }
    for (const SlotId slot : changes.filled)
        slots.add_filled(static_cast<CK_SLOT_ID>(slot));
    m_channel.send(bytes_of(reply.SerializeAsString()));
}

}  // namespace signet::token
