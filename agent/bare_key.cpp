#include "agent/bare_key.h"

#include "agent/key_index.h"
#include "agent/token_uri.h"

#include <map>
#include <set>
#include <utility>

namespace signet::agent {

namespace {

/// What the identities of one token have taken.
struct Taken {
    std::set<std::uint64_t> handles;
    std::set<std::string> ids;
    std::set<std::string> values;
};

std::map<const TokenState*, Taken> taken_by(const Catalogue& catalogue) {
    std::map<const TokenState*, Taken> taken;
    for (const auto& identity : catalogue.identities()) {
        const auto value = public_value_of(identity->certificate);
        for (const auto& location : identity->key->locations) {
            auto& of_token = taken[location.token.get()];
            of_token.values.insert(value);
            if (location.key)
                of_token.handles.insert(location.key->handle);
            else
                of_token.ids.insert(location.id);
        }
    }
    return taken;
}

std::shared_ptr<const cms::PublicKey> public_key_of(const ScannedKey& key) {
    const auto value = cms::as_bytes(key.public_value);
    const auto parameters = cms::as_bytes(key.parameters);
    try {
        if (key.type == ScannedKeyType::edwards)
            return std::make_shared<const cms::PublicKey>(cms::PublicKey::edwards(value));
        if (value.empty() || parameters.empty())
            return nullptr;
        switch (key.type) {
            case ScannedKeyType::rsa:
                return std::make_shared<const cms::PublicKey>(cms::PublicKey::rsa(value, parameters));
            case ScannedKeyType::ec:
                return std::make_shared<const cms::PublicKey>(cms::PublicKey::ec(parameters, value));
            default:
                return nullptr;
        }
    } catch (const std::exception&) {
        // No key that could be certified.
        return nullptr;
    }
}

BareKey bare_key(const std::shared_ptr<TokenState>& token, const ScannedKey& shown,
                 const ScannedKey* public_half, std::uint64_t generation) {
    BareKey bare{token, shown, public_half == nullptr ? nullptr : public_key_of(*public_half)};
    // RSA private keys mostly show all of it.
    if (!bare.public_key)
        bare.public_key = public_key_of(shown);
    if (!bare.public_key)
        return bare;
    auto key = std::make_shared<Key>();
    key->subject_public_key_info = std::string(cms::as_text(bare.public_key->subject_public_key_info()));
    key->kind = bare.public_key->kind();
    key->signature_size = static_cast<std::size_t>(EVP_PKEY_get_size(&bare.public_key->get()));
    key->generation = generation;
    key->locations.push_back(
        {token, shown.id, shown.is_private ? std::optional<ScannedKey>(shown) : std::nullopt});
    bare.key = std::move(key);
    return bare;
}

/// The public key of each private one (KeyIndex::private_of). Pairs may share a CKA_ID.
std::map<const ScannedKey*, const ScannedKey*> public_halves(const TokenState& token, const KeyIndex& keys) {
    std::map<const ScannedKey*, const ScannedKey*> halves;
    for (const auto& key : token.keys) {
        if (key.is_private)
            continue;
        if (const auto named = keys.private_of(key); named.key != nullptr)
            halves.try_emplace(named.key, &key);
    }
    return halves;
}

void add_of_token(const std::shared_ptr<TokenState>& token, const Taken& taken, std::uint64_t generation,
                  std::vector<BareKey>& bare) {
    const KeyIndex keys(*token);
    const auto halves = public_halves(*token, keys);
    std::set<const ScannedKey*> used;
    for (const auto& key : token->keys) {
        if (!key.is_private)
            continue;
        const auto place = halves.find(&key);
        const ScannedKey* half = place == halves.end() ? nullptr : place->second;
        if (half != nullptr)
            used.insert(half);
        if (!taken.handles.contains(key.handle)) {
            bare.push_back(bare_key(token, key, half, generation));
            bare.back().is_ambiguous = half == nullptr && keys.public_halves(key).is_ambiguous;
        }
    }
    if (!token->needs_login())
        return;
    for (const auto& key : token->keys) {
        const bool is_taken =
            key.public_value.empty() ? taken.ids.contains(key.id) : taken.values.contains(key.public_value);
        if (!key.is_private && !used.contains(&key) && !is_taken)
            bare.push_back(bare_key(token, key, &key, generation));
    }
}

}  // namespace

std::vector<BareKey> bare_keys(const Catalogue& catalogue) {
    const auto taken = taken_by(catalogue);
    const Taken nothing;
    std::vector<BareKey> bare;
    for (const auto& token : catalogue.tokens()) {
        const auto place = taken.find(token.get());
        add_of_token(token, place == taken.end() ? nothing : place->second, catalogue.generation(), bare);
    }
    return bare;
}

bool is_called(const BareKey& key, const std::string& name) {
    if (name.empty())
        return true;
    if (is_token_uri(name))
        return TokenUri(name).matches(*key.token, key.shown.id, key.shown.label);
    return key.shown.label == name;
}

std::string type_name(const BareKey& key) {
    if (key.public_key)
        return key.public_key->name();
    switch (key.shown.type) {
        case ScannedKeyType::rsa:
            return "RSA";
        case ScannedKeyType::ec:
            return "EC";
        case ScannedKeyType::edwards:
            return "Edwards";
        default:
            return "type " + std::to_string(key.shown.key_type);
    }
}

}  // namespace signet::agent
