#include "agent/catalogue.h"

#include "agent/hex.h"
#include "agent/key_index.h"
#include "agent/token_uri.h"
#include "cms/error.h"

#include <algorithm>
#include <exception>
#include <map>
#include <optional>
#include <set>
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

/// Where the private key of a certificate is, or why that cannot be known.
struct Whereabouts {
    std::optional<Location> location;
    std::string why_not;
};

/// Where the private key of a certificate is on its own token, as far as that can be known now.
Whereabouts locate(const std::shared_ptr<TokenState>& token, const KeyIndex& keys,
                   const ScannedCertificate& scanned, const cms::Certificate& certificate) {
    const auto kind = certificate.key_kind();
    if (kind == cms::KeyKind::other)
        return {std::nullopt, "keys of its type are not supported"};
    const auto value = public_value_of(certificate);
    if (const auto* key = keys.private_with(kind, value))
        return {Location{token, key->id, *key}, {}};

    // A private key that shows no public value has that of the public key with its CKA_ID; only without one,
    // that of the certificate.
    const auto* public_key = keys.public_with(kind, value);
    KeyIndex::Named named;
    if (public_key != nullptr)
        named = keys.private_of(*public_key);
    const bool is_another = keys.is_another(kind, scanned.id, value);
    if (named.key == nullptr && !is_another)
        named = keys.private_named(kind, scanned.id, curve_of(certificate), scanned.label);
    if (named.key != nullptr)
        return {Location{token, named.key->id, *named.key}, {}};
    const bool may_show = public_key != nullptr || (!certificate.is_ca() && !is_another);
    if (token->needs_login() && may_show) {
        const bool has_id = public_key != nullptr && !public_key->id.empty();
        return {Location{token, has_id ? public_key->id : scanned.id, std::nullopt}, {}};
    }
    if (named.ambiguous)
        return {std::nullopt, "several private keys have its CKA_ID, and nothing tells which is its own"};
    if (is_another || keys.is_other_private(kind, scanned.id, value))
        return {std::nullopt, "the key with its CKA_ID is another one"};
    return {std::nullopt, "its token has no private key for it"};
}

std::shared_ptr<const Identity> identity_of(const Candidate& candidate, std::shared_ptr<const Key> key) {
    const auto& certificate = candidate.certificate;
    auto chain = cms::chain_of(certificate, *candidate.pool);
    if (!chain.empty())
        chain.erase(chain.begin());
    std::vector<std::string> subjects;
    for (const auto& issuer : chain)
        subjects.push_back(issuer.subject());
    const auto& place = candidate.places.front();
    const ScannedCertificate scanned{place.id, place.label, {}};
    return std::make_shared<const Identity>(Identity{
        certificate, cms::SignerProfile(certificate, chain), hex(cms::as_text(certificate.fingerprint())),
        certificate.subject(), certificate.email_addresses(), place.label, std::move(subjects),
        certificate.not_before(), certificate.not_after(), certificate.may_sign(), certificate.may_decrypt(),
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
    std::vector<LoneCertificate> lone_certificates() { return std::move(m_lone); }

  private:
    void add(const std::shared_ptr<TokenState>& token, const KeyIndex& keys,
             const ScannedCertificate& scanned, const cms::Certificate& certificate,
             const std::shared_ptr<const std::vector<cms::Certificate>>& pool) {
        auto [location, why_not] = locate(token, keys, scanned, certificate);
        if (!location) {
            if (!certificate.is_ca())
                m_lone.push_back({certificate, {token, scanned.id, scanned.label}, std::move(why_not)});
            return;
        }
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
    std::vector<LoneCertificate> m_lone;
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
    m_lone = builder.lone_certificates();
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
