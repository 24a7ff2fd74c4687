#include "agent/set_aside.h"

#include <algorithm>

namespace signet::agent {

SetAside::Standing SetAside::standing(const TokenState& token, Clock::time_point now) const {
    // What every operation asks costs nothing as long as all is well.
    if (m_tokens.empty())
        return Standing::well;
    const auto place = m_tokens.find(name_of(token));
    if (place == m_tokens.end())
        return Standing::well;
    const auto& pause = place->second;
    return now < pause.end || !pause.probe.expired() ? Standing::aside : Standing::due;
}

std::shared_ptr<const SetAside::Probe> SetAside::begin_probe(const TokenState& token, Clock::time_point now) {
    if (standing(token, now) != Standing::due)
        return nullptr;
    auto probe = std::make_shared<const Probe>();
    m_tokens.find(name_of(token))->second.probe = probe;
    return probe;
}

bool SetAside::failed(const TokenState& token, Clock::time_point now) {
    ++m_failures;
    auto name = name_of(token);
    const auto place = m_tokens.find(name);
    if (place == m_tokens.end()) {
        make_room();
        m_tokens.emplace(std::move(name), Pause{now + first_pause, first_pause, m_failures});
        return true;
    }
    auto& pause = place->second;
    pause.failed = m_failures;
    if (now >= pause.end) {
        pause.length = std::min(2 * pause.length, longest_pause);
        pause.end = now + pause.length;
    }
    return false;
}

bool SetAside::succeeded(const TokenState& token, Mark begun) {
    if (m_tokens.empty())
        return false;
    const auto place = m_tokens.find(name_of(token));
    if (place == m_tokens.end() || begun < place->second.failed)
        return false;
    m_tokens.erase(place);
    return true;
}

void SetAside::make_room() {
    if (m_tokens.size() < max_tokens)
        return;
    m_tokens.erase(std::min_element(m_tokens.begin(), m_tokens.end(), [](const auto& a, const auto& b) {
        return a.second.end < b.second.end;
    }));
}

}  // namespace signet::agent
