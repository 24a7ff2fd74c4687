#include "agent/pin/pin_store.h"

#include <algorithm>
#include <utility>

namespace signet::agent::pin {

void PinStore::put(const TokenId& token, Secret pin, PinLifetime lifetime, Clock::time_point now) {
    drop(token);
    if (lifetime && *lifetime <= std::chrono::milliseconds::zero())
        return;
    drop_expired(now);
    if (m_kept.size() >= max_kept_pins)
        return;
    std::optional<Clock::time_point> until;
    if (lifetime)
        until = now + *lifetime;
    m_kept.emplace(token, Kept{std::move(pin), until});
}

std::optional<Secret> PinStore::get(const TokenId& token, Clock::time_point now) {
    const auto found = m_kept.find(token);
    if (found == m_kept.end())
        return std::nullopt;
    if (found->second.until && *found->second.until <= now) {
        m_kept.erase(found);
        return std::nullopt;
    }
    return found->second.pin.clone();
}

std::vector<TokenId> PinStore::tokens() const {
    std::vector<TokenId> tokens;
    for (const auto& [token, kept] : m_kept)
        tokens.push_back(token);
    return tokens;
}

bool PinStore::has(const TokenId& token, Clock::time_point now) const noexcept {
    const auto found = m_kept.find(token);
    return found != m_kept.end() && (!found->second.until || *found->second.until > now);
}

void PinStore::limit(const TokenId& token, PinLifetime lifetime, Clock::time_point now) noexcept {
    const auto found = m_kept.find(token);
    if (found == m_kept.end() || !lifetime)
        return;
    auto& until = found->second.until;
    until = until ? std::min(*until, now + *lifetime) : now + *lifetime;
}

bool PinStore::drop(const TokenId& token) noexcept {
    return m_kept.erase(token) != 0;
}

void PinStore::drop_all() noexcept {
    m_kept.clear();
}

std::optional<PinStore::Clock::time_point> PinStore::drop_expired(Clock::time_point now) noexcept {
    std::optional<Clock::time_point> next;
    std::erase_if(m_kept, [&](const auto& entry) {
        const auto& until = entry.second.until;
        if (!until)
            return false;
        if (*until <= now)
            return true;
        next = next ? std::min(*next, *until) : *until;
        return false;
    });
    return next;
}

}  // namespace signet::agent::pin
