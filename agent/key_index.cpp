#include "agent/key_index.h"

#include <algorithm>

namespace signet::agent {

namespace {

template <typename Map, typename Name>
const typename Map::mapped_type* find_in(const Map& map, const Name& name) {
    const auto place = map.find(name);
    return place == map.end() ? nullptr : &place->second;
}

template <typename Map, typename Name>
std::size_t values_in(const Map& map, const Name& name) {
    const auto* values = find_in(map, name);
    return values == nullptr ? 0 : values->size();
}

/// RSA keys have no curve, and their exponents tell nothing.
std::string_view curve_of(const ScannedKey& key) {
    return key.type == ScannedKeyType::ec ? std::string_view(key.parameters) : std::string_view();
}

/// Both are names (DER of an OBJECT IDENTIFIER), and not the same.
bool are_other_curves(std::string_view a, std::string_view b) {
    constexpr char object_identifier = 0x06;
    return a.starts_with(object_identifier) && b.starts_with(object_identifier) && a != b;
}

/// What a token calls RSA, EC, Edwards or Montgomery.
cms::KeyKind kind_of(const ScannedKey& key) {
    switch (key.type) {
        case ScannedKeyType::rsa:
            return cms::KeyKind::rsa;
        case ScannedKeyType::ec:
            return cms::KeyKind::ec;
        case ScannedKeyType::edwards:
            return cms::KeyKind::edwards;
        case ScannedKeyType::montgomery:
            return cms::KeyKind::montgomery;
        case ScannedKeyType::unknown:
            break;
    }
    return cms::KeyKind::other;
}

}  // namespace

KeyIndex::KeyIndex(const TokenState& token) {
    for (const auto& key : token.keys) {
        if (key.is_private)
            add_private(key);
        else
            add_public(key);
    }
}

KeyIndex::Type KeyIndex::type_of(const ScannedKey& key) {
    const auto kind = kind_of(key);
    return {kind, kind == cms::KeyKind::other ? key.key_type : 0};
}

void KeyIndex::add_private(const ScannedKey& key) {
    const auto type = type_of(key);
    if (!key.public_value.empty()) {
        m_private_by_value.try_emplace({type, key.public_value}, &key);
        if (!key.id.empty())
            m_private_values[{type, key.id}].insert(key.public_value);
        return;
    }
    if (key.id.empty())
        return;
    m_private_by_id[{type, key.id}].push_back(&key);
    m_private_by_curve[{type, key.id, curve_of(key), {}}].push_back(&key);
    m_private_by_label[{type, key.id, curve_of(key), key.label}].push_back(&key);
}

void KeyIndex::add_public(const ScannedKey& key) {
    const auto type = type_of(key);
    if (!key.id.empty())
        m_public_by_id[{type, key.id}].push_back(&key);
    if (key.public_value.empty())
        return;
    m_public_by_value[{type, key.public_value}].push_back(&key);
    if (key.id.empty())
        return;
    m_public_values[{type, key.id}].insert(key.public_value);
    m_values_by_curve[{type, key.id, curve_of(key), {}}].insert(key.public_value);
    m_values_by_label[{type, key.id, curve_of(key), key.label}].insert(key.public_value);
}

const ScannedKey* KeyIndex::private_with(cms::KeyKind kind, std::string_view value) const {
    const auto* found = find_in(m_private_by_value, Name{{kind, 0}, value});
    return found == nullptr ? nullptr : *found;
}

const ScannedKey* KeyIndex::public_with(cms::KeyKind kind, std::string_view value) const {
    const auto* found = find_in(m_public_by_value, Name{{kind, 0}, value});
    if (found == nullptr)
        return nullptr;
    const auto with_id =
        std::find_if(found->begin(), found->end(), [](const auto* key) { return !key->id.empty(); });
    return with_id == found->end() ? found->front() : *with_id;
}

KeyIndex::Named KeyIndex::private_named(cms::KeyKind kind, std::string_view id, std::string_view parameters,
                                        std::string_view label) const {
    return named({kind, 0}, id, parameters, label);
}

KeyIndex::Named KeyIndex::named(Type type, std::string_view id, std::string_view parameters,
                                std::string_view label) const {
    const auto* all = find_in(m_private_by_id, Name{type, id});
    if (all == nullptr)
        return {};
    const std::string_view curve = type.first == cms::KeyKind::ec ? parameters : std::string_view();
    const auto* first = all->front();
    if (all->size() == 1)
        return {are_other_curves(curve_of(*first), curve) ? nullptr : first, false};
    const bool label_is_shared = values_in(m_values_by_label, FullName{type, id, curve, label}) > 1;
    const auto claims_on_curve = values_in(m_values_by_curve, FullName{type, id, curve, {}});
    const auto claims = values_in(m_public_values, Name{type, id});
    // Private keys may not show their curve.
    for (const auto shown : {curve, std::string_view()}) {
        const auto* labelled = find_in(m_private_by_label, FullName{type, id, shown, label});
        if (!label.empty() && labelled != nullptr && labelled->size() == 1 && !label_is_shared)
            return {labelled->front(), false};
        const auto* some = find_in(m_private_by_curve, FullName{type, id, shown, {}});
        const auto of_them = shown.empty() ? claims : claims_on_curve;
        // Several that one public key claims alone are copies of one key.
        if (some != nullptr && (of_them == 1 || (of_them == 0 && some->size() == 1)))
            return {some->front(), false};
    }
    if (claims == 1 && !are_other_curves(curve_of(*first), curve))
        return {first, false};
    return {nullptr, true};
}

KeyIndex::Named KeyIndex::private_of(const ScannedKey& public_key) const {
    const auto type = type_of(public_key);
    if (!public_key.public_value.empty()) {
        if (const auto* key = find_in(m_private_by_value, Name{type, public_key.public_value}))
            return {*key, false};
    }
    if (public_key.id.empty())
        return {};
    return named(type, public_key.id, public_key.parameters, public_key.label);
}

bool KeyIndex::is_another(cms::KeyKind kind, std::string_view id, std::string_view value) const {
    const auto* values = find_in(m_public_values, Name{{kind, 0}, id});
    return values != nullptr && values->count(value) == 0;
}

bool KeyIndex::is_other_private(cms::KeyKind kind, std::string_view id, std::string_view value) const {
    const auto* values = find_in(m_private_values, Name{{kind, 0}, id});
    return values != nullptr && values->count(value) == 0;
}

}  // namespace signet::agent
