#include "agent/pin/pin_store.h"

#include <algorithm>
#include <utility>

namespace signet::agent::pin {

void PinStore::put(const TokenDescription& token, const std::string& module, std::optional<Secret> pin,
                   PinLifetime lifetime, Clock::time_point now) {
    // The token has one PIN: a try would be lost on another one.
    std::erase_if(m_kept, [&](const auto& entry) {
        const auto& other = entry.second.pin;
        return entry.first.token == token &&
               (entry.first.module == module || (pin && other && !equal(*other, *pin)));
    });
    if (lifetime && *lifetime <= std::chrono::milliseconds::zero())
        return;
    drop_expired(now);
    if (m_kept.size() >= max_kept_pins)
        return;
    std::optional<Clock::time_point> until;
    if (lifetime)
        until = now + *lifetime;
    m_kept.emplace(Place{token, module}, Kept{token, std::move(pin), until});
}

std::optional<Secret> PinStore::get(const TokenId& token, const std::string& module, Clock::time_point now) {
    const auto found = m_kept.find({token, module});
    if (found == m_kept.end())
        return std::nullopt;
    if (found->second.until && *found->second.until <= now) {
        m_kept.erase(found);
        return std::nullopt;
    }
    if (!found->second.pin)
        return std::nullopt;
    return found->second.pin->clone();
}

std::vector<TokenId> PinStore::tokens() const {
    std::vector<TokenId> tokens;
    for (const auto& [place, kept] : m_kept) {
        if (tokens.empty() || tokens.back() != place.token)
            tokens.push_back(place.token);
    }
    return tokens;
}

bool PinStore::has(const TokenId& token, const std::string& module, Clock::time_point now) const {
    const auto found = m_kept.find({token, module});
    return found != m_kept.end() && (!found->second.until || *found->second.until > now);
}

void PinStore::limit(const std::function<PinLifetime(const TokenDescription&)>& lifetime,
                     Clock::time_point now) {
    for (auto& [place, kept] : m_kept) {
        if (const auto longest = lifetime(kept.token))
            kept.until = kept.until ? std::min(*kept.until, now + *longest) : now + *longest;
    }
}

void PinStore::restart_by_use(const std::function<PinLifetime(const TokenDescription&)>& lifetime) {
    m_restarts_by_use = false;
    for (auto& [place, kept] : m_kept) {
        kept.from_use = lifetime(kept.token);
        m_restarts_by_use = m_restarts_by_use || kept.from_use;
    }
}

void PinStore::used(const TokenId& token, const std::string& module, Clock::time_point now) noexcept {
    if (!m_restarts_by_use)
        return;
    const auto found = std::find_if(m_kept.begin(), m_kept.end(), [&](const auto& entry) {
        return entry.first.token == token && entry.first.module == module;
    });
    // What is over stays over.
    if (found == m_kept.end() || !found->second.from_use || !found->second.until ||
        *found->second.until <= now)
        return;
    found->second.until = std::max(*found->second.until, now + *found->second.from_use);
}

bool PinStore::drop(const TokenId& token) noexcept {
    return std::erase_if(m_kept, [&](const auto& entry) { return entry.first.token == token; }) != 0;
}

bool PinStore::drop(const TokenId& token, const Secret& pin) noexcept {
    return std::erase_if(m_kept, [&](const auto& entry) {
               const auto& kept = entry.second.pin;
               return entry.first.token == token && kept && equal(*kept, pin);
           }) != 0;
}

bool PinStore::drop(const TokenId& token, const std::string& module) noexcept {
    return std::erase_if(m_kept, [&](const auto& entry) {
               return entry.first.token == token && entry.first.module == module;
           }) != 0;
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
