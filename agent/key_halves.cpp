#include "agent/key_index.h"

#include <algorithm>
#include <iterator>

namespace signet::agent {

namespace {

template <typename Map, typename Name>
const std::vector<const ScannedKey*>& keys_in(const Map& map, const Name& name) {
    static const std::vector<const ScannedKey*> nobody;
    const auto place = map.find(name);
    return place == map.end() ? nobody : place->second;
}

bool have_one_value(const std::vector<const ScannedKey*>& keys) {
    return std::all_of(keys.begin(), keys.end(),
                       [&keys](const auto* key) { return key->public_value == keys.front()->public_value; });
}

}  // namespace

PublicHalves KeyIndex::public_halves(const ScannedKey& private_key) const {
    const auto type = type_of(private_key);
    if (!private_key.public_value.empty())
        return {keys_in(m_public_by_value, Name{type, private_key.public_value})};
    if (private_key.id.empty())
        return {};
    auto candidates = keys_in(m_public_by_id, Name{type, private_key.id});
    // Those of private keys that show whose they are.
    std::erase_if(candidates, [&](const auto* key) {
        return !key->public_value.empty() && m_private_by_value.contains({type, key->public_value});
    });
    // Several that show no value may be anybody's.
    const bool are_one = candidates.size() <= 1 || !candidates.front()->public_value.empty();
    if (!shares_id(private_key) && are_one && have_one_value(candidates))
        return {candidates};
    return by_label(private_key, candidates);
}

PublicHalves KeyIndex::by_label(const ScannedKey& private_key, const Keys& candidates) const {
    const auto& private_keys = keys_in(m_private_by_id, Name{type_of(private_key), private_key.id});
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

std::string KeyIndex::value_of(const ScannedKey& private_key) const {
    return private_key.public_value.empty() ? public_halves(private_key).value() : private_key.public_value;
}

bool KeyIndex::shares_id(const ScannedKey& private_key) const {
    return keys_in(m_private_by_id, Name{type_of(private_key), private_key.id}).size() > 1;
}

}  // namespace signet::agent
