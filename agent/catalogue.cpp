#include "agent/catalogue.h"

#include "agent/hex.h"
#include "agent/token_uri.h"
#include "cms/error.h"

#include <algorithm>
#include <exception>
#include <map>
#include <optional>
#include <set>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace signet::agent {

namespace {

/// A certificate that is, or may become, an identity.
struct Candidate {
    cms::Certificate certificate;
    /// All certificates of its token.
    std::shared_ptr<const std::vector<cms::Certificate>> pool;
    std::string subject_public_key_info;
    std::vector<Place> places;
};

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

/// The keys of one token by what they are found by, without a search among those that share it: a token may
/// show thousands. Views into it.
class KeyIndex {
  public:
    /// What the public keys with one value lead to.
    struct Public {
        /// The first CKA_ID among them; empty if none has one.
        std::string_view id;
        /// The first private key with a CKA_ID of theirs, of those that show no public value.
        const ScannedKey* private_key = nullptr;
    };

    explicit KeyIndex(const TokenState& token) {
        for (const auto& key : token.keys) {
            const auto kind = kind_of(key);
            if (key.is_private && !key.public_value.empty())
                m_private_by_value.try_emplace({kind, key.public_value}, &key);
            else if (key.is_private && !key.id.empty())
                m_private_by_id.try_emplace({kind, key.id}, &key);
        }
        for (const auto& key : token.keys) {
            if (!key.is_private && !key.public_value.empty())
                add_public(kind_of(key), key);
        }
    }

    /// The private key with this public value; null if none shows it.
    [[nodiscard]] const ScannedKey* private_with(cms::KeyKind kind, const std::string& value) const {
        return found(m_private_by_value, kind, value);
    }
    /// The private key with this CKA_ID, of those that show no public value.
    [[nodiscard]] const ScannedKey* private_named(cms::KeyKind kind, const std::string& id) const {
        return found(m_private_by_id, kind, id);
    }
    /// Null if no public key has this value.
    [[nodiscard]] const Public* public_with(cms::KeyKind kind, const std::string& value) const {
        const auto place = m_public_by_value.find({kind, value});
        return place == m_public_by_value.end() ? nullptr : &place->second;
    }
    /// Whether only other public keys have this CKA_ID.
    [[nodiscard]] bool is_another(cms::KeyKind kind, const std::string& id, const std::string& value) const {
        const auto place = m_public_values.find({kind, id});
        return place != m_public_values.end() && place->second.count(value) == 0;
    }

  private:
    using Name = std::pair<cms::KeyKind, std::string_view>;
    using Private = std::map<Name, const ScannedKey*>;

    static const ScannedKey* found(const Private& map, cms::KeyKind kind, const std::string& name) {
        const auto place = map.find({kind, name});
        return place == map.end() ? nullptr : place->second;
    }
    void add_public(cms::KeyKind kind, const ScannedKey& key) {
        Public& same = m_public_by_value[{kind, key.public_value}];
        if (key.id.empty())
            return;
        if (same.id.empty())
            same.id = key.id;
        if (same.private_key == nullptr)
            same.private_key = private_named(kind, key.id);
        m_public_values[{kind, key.id}].insert(key.public_value);
    }

    Private m_private_by_value;
    Private m_private_by_id;
    std::map<Name, Public> m_public_by_value;
    /// By CKA_ID.
    std::map<Name, std::set<std::string_view>> m_public_values;
};

/// Where the private key of a certificate is on its own token, as far as that can be known now.
std::optional<Location> locate(const std::shared_ptr<TokenState>& token, const KeyIndex& keys,
                               const ScannedCertificate& scanned, const cms::Certificate& certificate) {
    const auto kind = certificate.key_kind();
    if (kind == cms::KeyKind::other)
        return std::nullopt;
    const auto value = public_value_of(certificate);
    if (const auto* key = keys.private_with(kind, value))
        return Location{token, key->id, *key};

    // A private key that shows no public value has that of the public key with its CKA_ID; only without one,
    // that of the certificate.
    const auto* public_keys = keys.public_with(kind, value);
    if (public_keys != nullptr && public_keys->private_key != nullptr)
        return Location{token, public_keys->private_key->id, *public_keys->private_key};
    const bool is_another = keys.is_another(kind, scanned.id, value);
    if (!is_another) {
        if (const auto* key = keys.private_named(kind, scanned.id))
            return Location{token, scanned.id, *key};
    }
    const bool may_show = public_keys != nullptr || (!certificate.is_ca() && !is_another);
    if (!token->needs_login() || !may_show)
        return std::nullopt;
    const bool has_id = public_keys != nullptr && !public_keys->id.empty();
    return Location{token, has_id ? std::string(public_keys->id) : scanned.id, std::nullopt};
}

std::shared_ptr<const Identity> identity_of(const Candidate& candidate, std::shared_ptr<const Key> key) {
    const auto& certificate = candidate.certificate;
    auto chain = cms::chain_of(certificate, *candidate.pool);
    if (!chain.empty())
        chain.erase(chain.begin());
    const auto& place = candidate.places.front();
    const ScannedCertificate scanned{place.id, place.label, {}};
    return std::make_shared<const Identity>(Identity{
        certificate, cms::SignerProfile(certificate, chain), hex(cms::as_text(certificate.fingerprint())),
        certificate.subject(), certificate.email_addresses(), place.label, certificate.not_before(),
        certificate.not_after(), certificate.may_sign(), certificate.may_decrypt(),
        certificate.issuer_and_serial(), certificate.subject_key_identifier(), uri_of(*place.token, scanned),
        uri_of(*place.token), candidate.places, std::move(key)});
}

class Builder {
  public:
    Builder(std::uint64_t generation, std::vector<std::string>& notes)
        : m_generation(generation), m_notes(notes) {}

    void add(const std::shared_ptr<TokenState>& token) {
        std::vector<std::pair<const ScannedCertificate*, cms::Certificate>> read;
        const auto pool = std::make_shared<std::vector<cms::Certificate>>();
        for (const auto& scanned : token->certificates) {
            try {
                read.emplace_back(&scanned, cms::Certificate::from_der(cms::as_bytes(scanned.der)));
                pool->push_back(read.back().second);
            } catch (const std::exception& error) {
                note(*token, "certificate \"" + scanned.label + "\" cannot be read: " + error.what());
            }
        }
        const KeyIndex keys(*token);
        for (const auto& [scanned, certificate] : read) {
            try {
                add(token, keys, *scanned, certificate, pool);
            } catch (const std::exception& error) {
                note(*token, "certificate \"" + scanned->label + "\" cannot be used: " + error.what());
            }
        }
        if (token->has_more)
            note(*token, "it has more certificates or keys than are looked at; some are left out");
        for (const auto& key : token->keys) {
            if (key.is_private && key.type == ScannedKeyType::unknown)
                note(*token, "private key \"" + key.label +
                                 "\" is of a type that is not supported (CKA_KEY_TYPE " +
                                 std::to_string(key.key_type) + ")");
        }
    }

    std::vector<std::shared_ptr<const Identity>> identities() {
        std::vector<std::shared_ptr<const Identity>> made;
        for (const auto* candidate : m_order) {
            try {
                made.push_back(identity_of(*candidate, m_keys.at(candidate->subject_public_key_info)));
            } catch (const std::exception& error) {
                note(*candidate->places.front().token, "certificate \"" + candidate->places.front().label +
                                                           "\" cannot be used: " + error.what());
            }
        }
        return made;
    }

    /// The last: how many notes there are that were not taken.
    void count_notes() {
        if (m_said.size() > m_notes.size())
            m_notes.push_back("and " + std::to_string(m_said.size() - m_notes.size()) + " more");
    }

    std::unordered_map<std::string, std::shared_ptr<const Key>> keys() {
        return {m_keys.begin(), m_keys.end()};
    }

  private:
    void add(const std::shared_ptr<TokenState>& token, const KeyIndex& keys,
             const ScannedCertificate& scanned, const cms::Certificate& certificate,
             const std::shared_ptr<const std::vector<cms::Certificate>>& pool) {
        auto location = locate(token, keys, scanned, certificate);
        if (!location)
            return;
        const std::string spki(cms::as_text(certificate.subject_public_key_info()));
        auto& key = m_keys[spki];
        if (!key) {
            key = std::make_shared<Key>();
            key->subject_public_key_info = spki;
            key->kind = certificate.key_kind();
            key->generation = m_generation;
            key->signature_size = signature_size_of(certificate);
        }
        const bool known = std::any_of(
            key->locations.begin(), key->locations.end(),
            [&](const Location& other) { return other.token == token && other.id == location->id; });
        if (!known)
            key->locations.push_back(std::move(*location));

        auto [entry, is_new] = m_candidates.try_emplace(scanned.der, Candidate{certificate, pool, spki, {}});
        if (is_new)
            m_order.push_back(&entry->second);
        entry->second.places.push_back({token, scanned.id, scanned.label});
    }

    void note(const TokenState& token, const std::string& what) {
        std::string text = "token \"" + token.label + "\": " + what;
        // Labels are the token's choice, and may be long.
        if (text.size() > Catalogue::max_note)
            text.replace(Catalogue::max_note, std::string::npos, "...");
        if (!m_said.insert(text).second)
            return;
        if (m_notes.size() < Catalogue::max_notes)
            m_notes.push_back(std::move(text));
    }

    std::uint64_t m_generation;
    std::vector<std::string>& m_notes;
    std::set<std::string> m_said;
    std::map<std::string, std::shared_ptr<Key>> m_keys;
    std::map<std::string, Candidate> m_candidates;
    std::vector<const Candidate*> m_order;
};

}  // namespace

void Catalogue::rebuild(std::vector<std::shared_ptr<TokenState>> tokens,
                        const std::vector<std::shared_ptr<TokenState>>& leaving) {
    ++m_generation;
    m_notes.clear();
    Builder builder(m_generation, m_notes);
    for (const auto& token : tokens)
        builder.add(token);
    m_absent.replaced(m_identities, tokens);
    m_identities = builder.identities();
    builder.count_notes();
    m_keys = builder.keys();
    m_tokens = std::move(tokens);
    std::vector<std::string> unsaid;
    Builder leaving_builder(m_generation, unsaid);
    for (const auto& token : leaving)
        leaving_builder.add(token);
    m_leaving_keys = leaving_builder.keys();
}

bool Catalogue::has_token() const noexcept {
    return std::any_of(m_tokens.begin(), m_tokens.end(),
                       [](const auto& token) { return token->is_initialised(); });
}

std::shared_ptr<const Key> Catalogue::key(const std::string& subject_public_key_info) const {
    for (const auto* keys : {&m_keys, &m_leaving_keys}) {
        if (const auto place = keys->find(subject_public_key_info); place != keys->end())
            return place->second;
    }
    return nullptr;
}

}  // namespace signet::agent
