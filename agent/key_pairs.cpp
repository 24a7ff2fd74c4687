#include "agent/key_pairs.h"

#include <algorithm>

namespace signet::agent {

namespace {

const std::vector<const ScannedKey*> nobody;

template <typename Map, typename Name>
const std::vector<const ScannedKey*>& found(const Map& map, const Name& name) {
    const auto place = map.find(name);
    return place == map.end() ? nobody : place->second;
}

bool have_one_value(const std::vector<const ScannedKey*>& keys) {
    return std::all_of(keys.begin(), keys.end(),
                       [&keys](const auto* key) { return key->public_value == keys.front()->public_value; });
}

}  // namespace

KeyPairs::KeyPairs(const TokenState& token) {
    for (const auto& key : token.keys) {
        if (key.is_private && !key.public_value.empty())
            m_shown_values.insert({key.key_type, key.public_value});
        else if (key.is_private && !key.id.empty())
            m_private_by_id[{key.key_type, key.id}].push_back(&key);
        if (key.is_private)
            continue;
        if (!key.id.empty())
            m_public_by_id[{key.key_type, key.id}].push_back(&key);
        if (!key.public_value.empty())
            m_public_by_value[{key.key_type, key.public_value}].push_back(&key);
    }
}

PublicHalves KeyPairs::public_halves(const ScannedKey& private_key) const {
    const auto type = private_key.key_type;
    if (!private_key.public_value.empty())
        return {found(m_public_by_value, Name{type, private_key.public_value})};
    if (private_key.id.empty())
        return {};
    auto candidates = found(m_public_by_id, Name{type, private_key.id});
    // Those of private keys that show whose they are.
    std::erase_if(candidates, [&](const auto* key) {
        return !key->public_value.empty() && m_shown_values.contains({type, key->public_value});
    });
    // Several that show no value may be anybody's.
    const bool are_one = candidates.size() <= 1 || !candidates.front()->public_value.empty();
    if (!shares_id(private_key) && are_one && have_one_value(candidates))
        return {candidates};
    return by_label(private_key, candidates);
}

PublicHalves KeyPairs::by_label(const ScannedKey& private_key,
                                const std::vector<const ScannedKey*>& candidates) const {
    const auto& private_keys = found(m_private_by_id, Name{private_key.key_type, private_key.id});
    const auto bearers = [&](const std::string& label) {
        return std::count_if(private_keys.begin(), private_keys.end(),
                             [&label](const auto* key) { return key->label == label; });
    };
    PublicHalves same;
    std::copy_if(candidates.begin(), candidates.end(), std::back_inserter(same.keys),
                 [&](const auto* key) { return key->label == private_key.label; });
    const bool is_unique = !private_key.label.empty() && bearers(private_key.label) == 1;
    if (!same.keys.empty() && is_unique && have_one_value(same.keys))
        return same;
    // What bears the labels of others is theirs.
    const bool all_are_others =
        same.keys.empty() && std::all_of(candidates.begin(), candidates.end(), [&](const auto* key) {
            return !key->label.empty() && bearers(key->label) > 0;
        });
    return {{}, !all_are_others};
}

std::string KeyPairs::value_of(const ScannedKey& private_key) const {
    return private_key.public_value.empty() ? public_halves(private_key).value() : private_key.public_value;
}

bool KeyPairs::shares_id(const ScannedKey& private_key) const {
    return found(m_private_by_id, Name{private_key.key_type, private_key.id}).size() > 1;
}

}  // namespace signet::agent
