#include "agent/catalogue.h"

#include "agent/hex.h"
#include "agent/token_uri.h"
#include "cms/error.h"

#include <algorithm>
#include <exception>
#include <map>
#include <optional>
#include <stdexcept>

namespace signet::agent {

namespace {

/// A certificate that is, or may become, an identity.
struct Candidate {
    cms::Certificate certificate;
    std::vector<cms::Certificate> pool;
    std::string subject_public_key_info;
    std::vector<Place> places;
};

bool has_type_of(const ScannedKey& key, cms::KeyKind kind) {
    return (kind == cms::KeyKind::rsa && key.type == ScannedKeyType::rsa) ||
           (kind == cms::KeyKind::ec && key.type == ScannedKeyType::ec);
}

bool is_of(const ScannedKey& key, const ScannedCertificate& scanned, cms::KeyKind kind,
           const std::string& public_value) {
    if (!has_type_of(key, kind))
        return false;
    if (!key.public_value.empty())
        return key.public_value == public_value;
    return !key.id.empty() && key.id == scanned.id;
}

/// Where the private key of a certificate is on its own token, as far as that can be known now.
std::optional<Location> locate(const std::shared_ptr<TokenState>& token, const ScannedCertificate& scanned,
                               const cms::Certificate& certificate) {
    const auto kind = certificate.key_kind();
    if (kind == cms::KeyKind::other)
        return std::nullopt;
    const auto value = public_value_of(certificate);
    bool public_key_shows = false;
    std::string id = scanned.id;
    for (const auto& key : token->keys) {
        if (!key.is_private && has_type_of(key, kind) && key.public_value == value) {
            public_key_shows = true;
            if (!key.id.empty())
                id = key.id;
        }
    }
    for (const auto& key : token->keys) {
        if (!key.is_private)
            continue;
        // The public key's CKA_ID serves a private key that shows no public value and has another CKA_ID than
        // the certificate.
        const bool by_public_key = public_key_shows && has_type_of(key, kind) && key.public_value.empty() &&
                                   !key.id.empty() && key.id == id;
        if (by_public_key || is_of(key, scanned, kind, value))
            return Location{token, key.id, key};
    }
    if (token->needs_login() && (public_key_shows || !certificate.is_ca()))
        return Location{token, id, std::nullopt};
    return std::nullopt;
}

std::shared_ptr<const Identity> identity_of(const Candidate& candidate, std::shared_ptr<const Key> key) {
    const auto& certificate = candidate.certificate;
    auto chain = cms::chain_of(certificate, candidate.pool);
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
        std::vector<cms::Certificate> pool;
        for (const auto& scanned : token->certificates) {
            try {
                read.emplace_back(&scanned, cms::Certificate::from_der(cms::as_bytes(scanned.der)));
                pool.push_back(read.back().second);
            } catch (const std::exception& error) {
                note(*token, "certificate \"" + scanned.label + "\" cannot be read: " + error.what());
            }
        }
        for (const auto& [scanned, certificate] : read) {
            try {
                add(token, *scanned, certificate, pool);
            } catch (const std::exception& error) {
                note(*token, "certificate \"" + scanned->label + "\" cannot be used: " + error.what());
            }
        }
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

    std::unordered_map<std::string, std::shared_ptr<const Key>> keys() {
        return {m_keys.begin(), m_keys.end()};
    }

  private:
    void add(const std::shared_ptr<TokenState>& token, const ScannedCertificate& scanned,
             const cms::Certificate& certificate, const std::vector<cms::Certificate>& pool) {
        auto location = locate(token, scanned, certificate);
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
        m_notes.push_back("token \"" + token.label + "\": " + what);
    }

    std::uint64_t m_generation;
    std::vector<std::string>& m_notes;
    std::map<std::string, std::shared_ptr<Key>> m_keys;
    std::map<std::string, Candidate> m_candidates;
    std::vector<const Candidate*> m_order;
};

}  // namespace

void Catalogue::rebuild(std::vector<std::shared_ptr<TokenState>> tokens) {
    ++m_generation;
    m_notes.clear();
    Builder builder(m_generation, m_notes);
    for (const auto& token : tokens)
        builder.add(token);
    m_identities = builder.identities();
    m_keys = builder.keys();
    m_tokens = std::move(tokens);
}

std::shared_ptr<const Key> Catalogue::key(const std::string& subject_public_key_info) const {
    const auto place = m_keys.find(subject_public_key_info);
    return place == m_keys.end() ? nullptr : place->second;
}

}  // namespace signet::agent
