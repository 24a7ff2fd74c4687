#include "agent/audit_entry.h"
#include "agent/bare_key.h"
#include "agent/deletion.h"
#include "agent/error.h"
#include "agent/handlers.h"
#include "agent/key_index.h"
#include "agent/provisioning.h"
#include "agent/token_description.h"
#include "agent/token_uri.h"

#include <algorithm>
#include <exception>
#include <map>
#include <optional>
#include <vector>

namespace signet::agent {

namespace {

/// Handles that may have become others.
constexpr int max_attempts = 3;

/// All that belongs to one key on one token.
struct Belongings {
    std::shared_ptr<TokenState> token;
    std::string description;
    /// The public value of the pair; empty if it does not show.
    std::string value{};
    std::vector<const ScannedKey*> private_keys{};
    std::vector<const ScannedKey*> public_keys{};
    std::vector<std::shared_ptr<const Identity>> identities{};
    /// Nothing tells which objects are its own.
    bool is_ambiguous = false;
};

/// One for each token, however many of its keys are looked at.
class Indexes {
  public:
    const KeyIndex& of(const TokenState& token) { return m_indexes.try_emplace(&token, token).first->second; }

  private:
    std::map<const TokenState*, KeyIndex> m_indexes;
};

/// By token, and what makes the key one: its public value, or the handle where that does not show.
using Found = std::map<std::pair<const TokenState*, std::string>, Belongings>;

void add(std::vector<const ScannedKey*>& keys, const ScannedKey& key) {
    if (std::find(keys.begin(), keys.end(), &key) == keys.end())
        keys.push_back(&key);
}

/// The public keys with its value.
void add_public_keys(Belongings& belongings) {
    for (const auto& key : belongings.token->keys) {
        if (!key.is_private && !belongings.value.empty() && key.public_value == belongings.value)
            add(belongings.public_keys, key);
    }
}

void add_private_key(Belongings& belongings, const KeyIndex& index, const ScannedKey& key) {
    const auto halves = index.public_halves(key);
    belongings.is_ambiguous |= halves.is_ambiguous;
    add(belongings.private_keys, key);
    for (const auto* half : halves.keys)
        add(belongings.public_keys, *half);
}

std::vector<const ScannedKey*> private_keys_with(const TokenState& token, const KeyIndex& index,
                                                 const std::string& value) {
    std::vector<const ScannedKey*> keys;
    for (const auto& key : token.keys) {
        if (key.is_private && !value.empty() && index.value_of(key) == value)
            keys.push_back(&key);
    }
    return keys;
}

/// Those of an identity: `shown` is the one that the catalogue has found.
void add_private_keys(Belongings& belongings, const KeyIndex& index, const ScannedKey& shown) {
    const auto keys = private_keys_with(*belongings.token, index, belongings.value);
    for (const auto* key : keys)
        add_private_key(belongings, index, *key);
    if (!keys.empty())
        return;
    // Its CKA_ID alone makes it the certificate's.
    belongings.is_ambiguous |= index.shares_id(shown) || !index.value_of(shown).empty();
    const auto& there = belongings.token->keys;
    const auto place = std::find_if(there.begin(), there.end(), [&shown](const auto& key) {
        return key.is_private && key.handle == shown.handle;
    });
    if (place != there.end())
        add_private_key(belongings, index, *place);
}

void add_identities(const Agent& agent, const std::string& name, Indexes& indexes, Found& found) {
    for (const auto& matching : agent.selector.matching(name)) {
        const auto value = public_value_of(matching->certificate);
        for (const auto& location : matching->key->locations) {
            if (is_token_uri(name) && !TokenUri(name).matches(*location.token, location.id, matching->label))
                continue;
            auto& belongings = found[{location.token.get(), value}];
            belongings.token = location.token;
            belongings.description = matching->description() + " on " + uri_of(*location.token);
            belongings.value = value;
            if (location.key)
                add_private_keys(belongings, indexes.of(*location.token), *location.key);
            add_public_keys(belongings);
            belongings.identities.clear();
            for (const auto& identity : agent.hosts.catalogue().identities()) {
                if (identity->key == matching->key)
                    belongings.identities.push_back(identity);
            }
        }
    }
}

void add_bare_keys(const Agent& agent, const std::string& name, Indexes& indexes, Found& found) {
    for (const auto& bare : bare_keys(agent.hosts.catalogue())) {
        if (!is_called(bare, name))
            continue;
        const auto& keys = bare.token->keys;
        const auto shown = std::find_if(keys.begin(), keys.end(), [&bare](const auto& key) {
            return key.is_private == bare.shown.is_private && key.handle == bare.shown.handle;
        });
        const auto& index = indexes.of(*bare.token);
        const auto value = shown->is_private ? index.value_of(*shown) : shown->public_value;
        const auto name_of_it = value.empty() ? "handle " + std::to_string(shown->handle) : value;
        auto& belongings = found[{bare.token.get(), name_of_it}];
        belongings.token = bare.token;
        belongings.description = "key \"" + shown->label + "\" " + uri_of(*bare.token, *shown);
        belongings.value = value;
        if (shown->is_private)
            add_private_key(belongings, index, *shown);
        add_public_keys(belongings);
    }
}

/// Throws Error where more would have to go than was named, or nobody can tell what.
void refuse_unclear(const Belongings& belongings, const KeyIndex& index) {
    const auto& token = *belongings.token;
    if (belongings.is_ambiguous)
        throw Error(protocol::AMBIGUOUS_IDENTITY,
                    "keys on the token share their ID, and nothing tells which public key belongs to the " +
                        belongings.description,
                    "delete it with the token's own tools");
    const auto& named = belongings.private_keys;
    for (const auto* key : private_keys_with(token, index, belongings.value)) {
        if (std::find(named.begin(), named.end(), key) == named.end())
            throw Error(protocol::AMBIGUOUS_IDENTITY,
                        "the token has the same key once more, as " + uri_of(token, *key),
                        "delete one of them with the token's own tools");
    }
}

/// Throws Error.
Belongings the_one(const Agent& agent, const std::string& name) {
    Indexes indexes;
    Found found;
    add_identities(agent, name, indexes, found);
    add_bare_keys(agent, name, indexes, found);
    if (found.empty())
        throw Error(protocol::NO_IDENTITY, "no key matches \"" + name + "\"",
                    "see what `signet list` shows; some keys show after `signet unlock`");
    if (found.size() > 1) {
        std::string why;
        for (const auto& [key, belongings] : found)
            why += (why.empty() ? "several keys match: " : "; ") + belongings.description;
        throw Error(protocol::AMBIGUOUS_IDENTITY, why, "name one by its URI");
    }
    const auto& belongings = found.begin()->second;
    refuse_unclear(belongings, indexes.of(*belongings.token));
    return belongings;
}

void refuse_valid(const Belongings& belongings) {
    for (const auto& identity : belongings.identities) {
        if (identity->not_after >= now_in_seconds())
            throw Error(protocol::REFUSED,
                        "the key has a certificate that is still valid: " + identity->description(),
                        "say --force if it shall go all the same");
    }
}

std::vector<Deletion> deletions_of(const Belongings& belongings) {
    std::vector<Deletion> deletions;
    for (const auto& identity : belongings.identities) {
        const auto& places = identity->places;
        const bool is_here = std::any_of(places.begin(), places.end(), [&belongings](const auto& place) {
            return place.token == belongings.token && place.file.empty();
        });
        if (is_here)
            deletions.push_back({std::string(cms::as_text(identity->certificate.der())), {}});
    }
    // The private key last: till then the rest can be named and deleted again.
    for (const auto* keys : {&belongings.public_keys, &belongings.private_keys}) {
        for (const auto* key : *keys)
            deletions.push_back({{}, *key});
    }
    return deletions;
}

}  // namespace

asio::awaitable<void> handle_delete_key(Agent& agent, const Peer& peer, protocol::Request& request,
                                        protocol::Reply& reply, AuditTrail& trail) {
    const auto& wanted = request.delete_key();
    auto belongings = the_one(agent, wanted.key());
    trail.uses.push_back(audit_entry(peer, "delete", nullptr, belongings.token.get()));
    if (!wanted.force())
        refuse_valid(belongings);
    // The private key may show only after it, and handles be others.
    co_await agent.logins.ensure(belongings.token, peer);
    co_await belongings.token->host->scan(as_seen_now(belongings.token)->slot);
    belongings = the_one(agent, wanted.key());
    if (belongings.private_keys.empty())
        throw Error(protocol::TOKEN_FAILED, "the token shows no private key for this: nothing was deleted",
                    "see what `signet list` shows");
    if (!wanted.force())
        refuse_valid(belongings);
    auto record = audit_entry(peer, "delete", nullptr, belongings.token.get());
    if (!belongings.identities.empty())
        record.identity = belongings.identities.front()->fingerprint;
    record.detail = belongings.description;
    const auto deletions = deletions_of(belongings);
    trail.uses.assign(1, record);
    co_await delete_all(agent, peer, belongings.token, deletions);
    reply.mutable_delete_key()->set_deleted(static_cast<std::uint32_t>(deletions.size()));
    co_await agent.audit->durable(agent.audit->submit(record));
}

}  // namespace signet::agent
