#include "agent/absent_identities.h"

#include <algorithm>

namespace signet::agent {

namespace {

/// A copy without what is large or keeps a host.
std::shared_ptr<TokenState> name_of(const TokenState& token) {
    auto name = std::make_shared<TokenState>();
    name->module = token.module;
    name->slot = token.slot;
    name->label = token.label;
    name->manufacturer = token.manufacturer;
    name->model = token.model;
    name->serial = token.serial;
    name->current = false;
    return name;
}

std::shared_ptr<const Identity> without_token(const Identity& identity) {
    auto copy = std::make_shared<Identity>(identity);
    for (auto& place : copy->places)
        place.token = name_of(*place.token);
    auto key = std::make_shared<Key>(*identity.key);
    key->locations.clear();
    copy->key = std::move(key);
    return copy;
}

}  // namespace

void AbsentIdentities::replaced(const std::vector<std::shared_ptr<const Identity>>& before,
                                const std::vector<std::shared_ptr<TokenState>>& tokens) {
    std::set<pin::TokenId> there;
    for (const auto& token : tokens)
        there.insert(token->id());
    const auto is_there = [&](const auto& identity) {
        return std::any_of(identity->places.begin(), identity->places.end(),
                           [&](const Place& place) { return there.contains(place.token->id()); });
    };
    std::erase_if(m_identities, is_there);
    for (const auto& identity : before) {
        if (!is_there(identity))
            m_identities.push_back(without_token(*identity));
    }
    if (m_identities.size() > max_remembered)
        m_identities.erase(m_identities.begin(), m_identities.end() - max_remembered);
}

void AbsentIdentities::keep_modules(const std::set<std::string>& modules) {
    std::erase_if(m_identities, [&](const auto& identity) {
        return std::none_of(identity->places.begin(), identity->places.end(),
                            [&](const Place& place) { return modules.contains(place.token->module); });
    });
}

}  // namespace signet::agent
