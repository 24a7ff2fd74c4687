#include "agent/catalogue.h"

#include "agent/hex.h"
#include "agent/key_index.h"
#include "agent/key_whereabouts.h"
#include "agent/token_uri.h"
#include "cms/error.h"
#include "cms/issuer_and_serial.h"

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

ScannedKey key_at(const Place& place) {
    ScannedKey key;
    key.id = place.id;
    key.label = place.label;
    return key;
}

std::shared_ptr<const Identity> identity_of(const Candidate& candidate, std::shared_ptr<const Key> key) {
    const auto& certificate = candidate.certificate;
    auto chain = cms::chain_of(certificate, *candidate.pool);
    if (!chain.empty())
        chain.erase(chain.begin());
    std::vector<std::string> subjects;
    subjects.reserve(chain.size());
    for (const auto& issuer : chain)
        subjects.push_back(issuer.subject());
    const auto& place = candidate.places.front();
    auto uri = place.file.empty() ? uri_of(*place.token, ScannedCertificate{place.id, place.label, {}})
                                  : uri_of(*place.token, key_at(place));
    return std::make_shared<const Identity>(Identity{
        certificate, cms::SignerProfile(certificate, chain), hex(cms::as_text(certificate.fingerprint())),
        certificate.subject(), certificate.email_addresses(), place.label, std::move(subjects),
        certificate.not_before(), certificate.not_after(), certificate.may_sign(), certificate.may_decrypt(),
        cms::comparable_issuer_and_serial(certificate), certificate.subject_key_identifier(), std::move(uri),
        uri_of(*place.token), candidate.places, std::move(key)});
}

/// Certificates by their DER. OpenSSL takes longer to read one than a module does.
using ReadCertificates = std::unordered_map<std::string, cms::Certificate>;

ReadCertificates read_before(const std::vector<std::shared_ptr<const Identity>>& identities,
                             const std::vector<LoneCertificate>& lone) {
    ReadCertificates read;
    const auto add = [&read](const cms::Certificate& certificate) {
        read.try_emplace(std::string(cms::as_text(certificate.der())), certificate);
    };
    for (const auto& identity : identities)
        add(identity->certificate);
    for (const auto& certificate : lone)
        add(certificate.certificate);
    return read;
}

class Builder {
  public:
    /// `before` may be empty.
    Builder(const CertificateSource& source, std::uint64_t generation, std::vector<std::string>& notes,
            const ReadCertificates& before)
        : m_source(source), m_generation(generation), m_notes(notes), m_before(before) {}

    void add(const std::shared_ptr<TokenState>& token) {
        std::vector<std::pair<const ScannedCertificate*, cms::Certificate>> read;
        const auto pool = std::make_shared<std::vector<cms::Certificate>>();
        for (const auto& scanned : token->certificates) {
            try {
                read.emplace_back(&scanned, certificate_of(scanned));
                pool->push_back(read.back().second);
            } catch (const std::exception& error) {
                note(*token, "certificate \"" + scanned.label + "\" cannot be read: " + error.what());
            }
        }
        const auto* beside = m_source.beside(*token);
        if (beside != nullptr)
            pool->insert(pool->end(), beside->chain().begin(), beside->chain().end());
        const KeyIndex keys(*token);
        for (const auto& [scanned, certificate] : read) {
            try {
                add({certificate, scanned->der, {token, scanned->id, scanned->label}},
                    locate(token, keys, *scanned, certificate), pool);
            } catch (const std::exception& error) {
                note(*token, "certificate \"" + scanned->label + "\" cannot be used: " + error.what());
            }
        }
        if (beside != nullptr) {
            for (const auto& file : beside->certificates())
                add(token, keys, file, pool);
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
    /// Of those in files, each once, and none that is an identity on another token.
    std::vector<LoneCertificate> lone_certificates() {
        std::set<std::string> known;
        std::erase_if(m_lone, [&](const LoneCertificate& lone) {
            if (lone.place.file.empty())
                return false;
            std::string der(cms::as_text(lone.certificate.der()));
            return m_candidates.contains(der) || !known.insert(std::move(der)).second;
        });
        return std::move(m_lone);
    }

  private:
    struct Placed {
        const cms::Certificate& certificate;
        const std::string& der;
        Place place;
    };
    using Pool = std::shared_ptr<const std::vector<cms::Certificate>>;

    [[nodiscard]] cms::Certificate certificate_of(const ScannedCertificate& scanned) const {
        const auto known = m_before.find(scanned.der);
        return known != m_before.end() ? known->second
                                       : cms::Certificate::from_der(cms::as_bytes(scanned.der));
    }

    void add(const std::shared_ptr<TokenState>& token, const KeyIndex& keys, const FileCertificate& file,
             const Pool& pool) {
        const auto known = m_candidates.find(file.der);
        const bool is_on_token = known != m_candidates.end() &&
                                 std::any_of(known->second.places.begin(), known->second.places.end(),
                                             [&](const Place& place) { return place.token == token; });
        if (is_on_token)
            return;
        auto found = locate(token, keys, file);
        Place place{token, found.location ? found.location->id : std::string(), std::move(found.label),
                    file.file.string()};
        try {
            add({file.certificate, file.der, std::move(place)}, std::move(found), pool);
        } catch (const std::exception& error) {
            note(*token, "certificate " + file.file.string() + " cannot be used: " + error.what());
        }
    }

    void add(Placed placed, Whereabouts found, const Pool& pool) {
        const auto& certificate = placed.certificate;
        auto& location = found.location;
        if (!location) {
            if (!certificate.is_ca())
                m_lone.push_back({certificate, std::move(placed.place), std::move(found.why_not)});
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
        const bool known =
            std::any_of(key->locations.begin(), key->locations.end(), [&](const Location& other) {
                return other.token == location->token && (other.id == location->id || !location->key);
            });
        if (!known)
            key->locations.push_back(std::move(*location));

        auto [entry, is_new] = m_candidates.try_emplace(placed.der, Candidate{certificate, pool, spki, {}});
        if (is_new)
            m_order.push_back(&entry->second);
        entry->second.places.push_back(std::move(placed.place));
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

    const CertificateSource& m_source;
    std::uint64_t m_generation;
    std::vector<std::string>& m_notes;
    const ReadCertificates& m_before;
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
    const ReadCertificates before = read_before(m_identities, m_lone);
    Builder builder(m_source, m_generation, m_notes, before);
    for (const auto& token : tokens)
        builder.add(token);
    m_absent.replaced(m_identities, tokens);
    m_identities = builder.identities();
    builder.count_notes();
    m_keys = builder.keys();
    m_lone = builder.lone_certificates();
    m_tokens = std::move(tokens);
    std::vector<std::string> unsaid;
    Builder leaving_builder(m_source, m_generation, unsaid, before);
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
