#include "agent/list_notes.h"

#include "agent/selector.h"

#include <algorithm>
#include <string_view>

namespace signet::agent {

namespace {

/// Digits of a fingerprint that tell one from others.
constexpr std::size_t short_fingerprint = 16;

void append(std::string& note, std::string_view part) {
    if (part.empty())
        return;
    note += note.empty() ? "" : "; ";
    note += part;
}

bool shows(const Key& key) {
    return std::any_of(key.locations.begin(), key.locations.end(),
                       [](const Location& location) { return location.key.has_value(); });
}

bool always_authenticates(const Key& key) {
    return std::any_of(key.locations.begin(), key.locations.end(), [](const Location& location) {
        return location.key && location.key->always_authenticate;
    });
}

bool decrypts(const Identity& identity) {
    return identity.may_decrypt && key_may_decrypt(*identity.key);
}

}  // namespace

ListNotes::ListNotes(const std::vector<std::shared_ptr<const Identity>>& identities,
                     const std::vector<BareKey>& bare_keys, std::int64_t now)
    : m_now(now) {
    for (const auto& identity : identities) {
        auto& certificates = m_certificates[identity->key.get()];
        ++certificates.count;
        const bool signs = why_not_signing(*identity, now).empty();
        if (signs && (certificates.signer == nullptr || signs_before(*identity, *certificates.signer)))
            certificates.signer = identity.get();
        for (const auto& place : identity->places)
            add_name(*place.token, place.id, place.label, identity->key.get());
    }
    for (const auto& bare : bare_keys)
        add_name(*bare.token, bare.shown.id, bare.shown.label, &bare);
}

void ListNotes::add_name(const TokenState& token, const std::string& id, const std::string& label,
                         const void* key) {
    if (!label.empty())
        m_by_label[label].insert(key);
    if (!id.empty())
        m_by_id[{&token, id}].insert(key);
}

std::string ListNotes::shared(const TokenState& token, const std::string& id,
                              const std::string& label) const {
    const auto is_shared = [](const auto& map, const auto& name) {
        const auto place = map.find(name);
        return place != map.end() && place->second.size() > 1;
    };
    std::string note;
    if (is_shared(m_by_label, label))
        append(note, "another key has the same label");
    if (is_shared(m_by_id, std::pair(&token, id)))
        append(note, "another key on its token has the same CKA_ID");
    return note;
}

std::vector<std::string> ListNotes::usages(const Identity& identity) const {
    std::vector<std::string> usages;
    if (why_not_signing(identity, m_now).empty())
        usages.emplace_back("sign");
    if (decrypts(identity))
        usages.emplace_back("decrypt");
    return usages;
}

std::string ListNotes::among_certificates(const Identity& identity) const {
    const auto& [count, signer] = m_certificates.at(identity.key.get());
    if (count < 2)
        return {};
    const auto begin = "of the " + std::to_string(count) + " certificates on its key ";
    if (signer == nullptr)
        return begin + "none signs";
    return begin + (signer == &identity ? "this one signs"
                                        : signer->fingerprint.substr(0, short_fingerprint) + " signs");
}

std::string ListNotes::of(const Identity& identity) const {
    std::string note;
    const bool is_expired = identity.not_after < m_now;
    const bool is_early = identity.not_before > m_now;
    const bool is_retired = identity.may_sign && !key_may_sign(*identity.key);
    if (is_expired)
        append(note, "expired");
    if (is_early)
        append(note, "not valid yet");
    if (is_retired)
        append(note, "its key may not sign");
    if (is_expired || is_early || is_retired)
        append(note, decrypts(identity) ? "decrypts only" : "neither signs nor decrypts");
    append(note, among_certificates(identity));
    const auto& place = identity.places.front();
    append(note, shared(*place.token, place.id, place.label));
    if (always_authenticates(*identity.key))
        append(note, "asks for the PIN each time");
    if (!shows(*identity.key))
        append(note, "its private key shows after a login");
    return note;
}

std::string ListNotes::of(const BareKey& bare) const {
    const auto& shown = bare.shown;
    std::string note = "no certificate";
    append(note, shared(*bare.token, shown.id, shown.label));
    if (!shown.is_private)
        append(note, "its private key shows after a login");
    if (shown.always_authenticate)
        append(note, "asks for the PIN each time");
    return note;
}

}  // namespace signet::agent
