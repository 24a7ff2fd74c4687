#include "agent/host.h"

#include "agent/scanned_token.h"
#include "agent/spawn.h"
#include "token/protocol/datagram.h"

#include <algorithm>
#include <exception>

namespace signet::agent {

namespace {

/// A card that was just put in may not answer yet.
constexpr int max_looks = 5;
constexpr auto power_up = std::chrono::milliseconds{200};

}  // namespace

asio::awaitable<bool> Host::scan(std::optional<std::uint64_t> slot) {
    const auto self = shared_from_this();
    while (m_scanning)
        co_await m_changed.wait_until(Clock::time_point::max());
    if (!is_ready())
        co_return false;
    m_scanning = true;
    const auto channel = m_channel;
    token::protocol::Request request;
    request.mutable_scan()->set_uninitialised(true);
    if (slot)
        request.mutable_scan()->set_slot(*slot);
    Answer answer;
    std::exception_ptr failure;
    try {
        answer = co_await ask(channel, request, m_config.operation_timeout);
    } catch (...) {
        failure = std::current_exception();
    }
    m_scanning = false;
    if (failure) {
        m_changed.notify_all();
        std::rethrow_exception(failure);
    }
    const bool same_process = m_channel == channel;
    const bool absent = answer.fate == Fate::answered && answer.outcome == token::protocol::TOKEN_ABSENT;
    if (same_process && (answer.ok() || (absent && slot)))
        take_scan(slot, answer);
    m_changed.notify_all();
    co_return same_process&& answer.ok();
}

asio::awaitable<void> Host::renew(std::shared_ptr<const TokenState> token) {
    const auto self = shared_from_this();
    while (m_scanning && token->current)
        co_await m_changed.wait_until(Clock::time_point::max());
    if (token->current)
        co_await scan(token->slot);
}

void Host::slots_changed(const token::protocol::SlotsChanged& slots) {
    if (!m_channel)
        return;
    // Before what came is looked at: a token that moved to another slot was removed.
    bool some_went = false;
    for (const auto slot : slots.emptied()) {
        if (!is_ready() || !m_tokens.contains(slot))
            continue;
        forget_slot(slot);
        notice_removals(slot, {});
        some_went = true;
    }
    const auto remember = [this](std::uint64_t slot) {
        if (m_to_look_at.size() < token::protocol::max_slots)
            m_to_look_at.insert(slot);
    };
    for (const auto slot : slots.filled())
        remember(slot);
    // A scan under way may have seen it before.
    for (const auto slot : slots.emptied()) {
        if (m_scanning)
            remember(slot);
    }
    if (some_went)
        m_scanned();
    if (is_ready() && !m_to_look_at.empty() && !m_looking_at_slots)
        spawn(m_loop, look_at_slots(shared_from_this()));
}

void Host::token_was_out(std::uint64_t slot) {
    // It may be back already, before anything tells of it: it has been out all the same.
    token::protocol::SlotsChanged slots;
    slots.add_emptied(slot);
    slots.add_filled(slot);
    slots_changed(slots);
}

void Host::heed_removal(const TokenState& token, Answer& answer) {
    if (answer.fate != Fate::answered || answer.outcome != token::protocol::SLOT_CHANGED)
        return;
    answer.fate = Fate::not_sent;
    // It is not if SlotsChanged came first, as it does.
    if (!token.current)
        return;
    token_was_out(token.slot);
    // One that is about to replace its process hears of no slots; the PIN must not go to the next.
    if (token.current)
        m_removed(token.id(), token.module);
}

asio::awaitable<void> Host::look_at_slots(std::shared_ptr<Host> self) {
    self->m_looking_at_slots = true;
    try {
        while (self->is_ready() && !self->m_to_look_at.empty()) {
            const auto slot = *self->m_to_look_at.begin();
            self->m_to_look_at.erase(self->m_to_look_at.begin());
            for (int looks = 0; looks < max_looks; ++looks) {
                const bool seen = co_await self->scan(slot);
                if (seen || !self->is_ready())
                    break;
                co_await self->m_changed.wait_until(Clock::now() + power_up);
            }
        }
    } catch (...) {
        self->m_looking_at_slots = false;
        throw;
    }
    self->m_looking_at_slots = false;
}

bool Host::shows_token() const noexcept {
    return std::any_of(m_tokens.begin(), m_tokens.end(),
                       [](const auto& entry) { return entry.second->is_initialised(); });
}

/// Of all if there is none.
void Host::forget_slot(std::optional<std::uint64_t> slot) {
    if (shows_token())
        m_last_shown = Clock::now();
    std::erase_if(m_tokens, [slot](const auto& entry) {
        const bool goes = !slot || entry.first == *slot;
        if (goes)
            entry.second->current = false;
        return goes;
    });
}

void Host::take_scan(std::optional<std::uint64_t> slot, const Answer& answer) {
    forget_slot(slot);
    for (auto& token : scanned_tokens(answer.parts)) {
        token->host = shared_from_this();
        token->module = m_config.name;
        token->was_away = m_away.contains(token->id());
        token->logged_in = token->logged_in && !token->was_away;
        m_tokens[token->slot] = token;
        if (!token->is_initialised())
            continue;
        m_seen[token->id()] = token->slot;
    }
    notice_removals(slot, answer);
    m_scanned();
}

void Host::notice_removals(std::optional<std::uint64_t> slot, const Answer& answer) {
    const auto skipped = skipped_slots(answer.parts);
    for (auto seen = m_seen.begin(); seen != m_seen.end();) {
        const auto& [id, last_slot] = *seen;
        const bool there = std::any_of(m_tokens.begin(), m_tokens.end(),
                                       [&id = id](const auto& entry) { return entry.second->id() == id; });
        if (there || (slot && *slot != last_slot) || skipped.contains(last_slot)) {
            ++seen;
            continue;
        }
        m_away.insert(id);
        m_removed(id, m_config.name);
        seen = m_seen.erase(seen);
    }
}

}  // namespace signet::agent
