#include "agent/audit_entry.h"
#include "agent/bare_key.h"
#include "agent/error.h"
#include "agent/handlers.h"
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
    /// CKA_ID by handle.
    std::map<std::uint64_t, std::string> private_keys{};
    std::map<std::uint64_t, std::string> public_keys{};
    std::vector<std::shared_ptr<const Identity>> identities{};
};

/// By token, and what makes the key one: its public value, or the handle where that does not show.
using Found = std::map<std::pair<const TokenState*, std::string>, Belongings>;

/// The public keys with this value.
void add_public_keys(Belongings& belongings, const std::string& value) {
    for (const auto& key : belongings.token->keys) {
        if (!key.is_private && !value.empty() && key.public_value == value)
            belongings.public_keys.emplace(key.handle, key.id);
    }
}

/// Those of a pair whose public value does not show, by CKA_ID.
void add_shapeless(Belongings& belongings, const ScannedKey& shown) {
    for (const auto& key : belongings.token->keys) {
        if (!key.is_private && key.public_value.empty() && !key.id.empty() && key.id == shown.id &&
            key.key_type == shown.key_type)
            belongings.public_keys.emplace(key.handle, key.id);
    }
}

void add_identities(const Agent& agent, const std::string& name, Found& found) {
    for (const auto& matching : agent.selector.matching(name)) {
        const auto value = public_value_of(matching->certificate);
        for (const auto& location : matching->key->locations) {
            if (is_token_uri(name) && !TokenUri(name).matches(*location.token, location.id, matching->label))
                continue;
            auto& belongings = found[{location.token.get(), value}];
            belongings.token = location.token;
            belongings.description = matching->description() + " on " + uri_of(*location.token);
            if (location.key)
                belongings.private_keys.emplace(location.key->handle, location.key->id);
            add_public_keys(belongings, value);
            belongings.identities.clear();
            for (const auto& identity : agent.hosts.catalogue().identities()) {
                if (identity->key == matching->key)
                    belongings.identities.push_back(identity);
            }
        }
    }
}

void add_bare_keys(const Agent& agent, const std::string& name, Found& found) {
    for (const auto& bare : bare_keys(agent.hosts.catalogue())) {
        if (!is_called(bare, name))
            continue;
        std::string value = bare.shown.public_value;
        for (const auto& key : bare.token->keys) {
            if (value.empty() && !key.is_private && key.type == bare.shown.type && key.id == bare.shown.id)
                value = key.public_value;
        }
        const auto name_of_it = value.empty() ? "handle " + std::to_string(bare.shown.handle) : value;
        auto& belongings = found[{bare.token.get(), name_of_it}];
        belongings.token = bare.token;
        belongings.description = "key \"" + bare.shown.label + "\" " + uri_of(*bare.token, bare.shown);
        if (bare.shown.is_private)
            belongings.private_keys.emplace(bare.shown.handle, bare.shown.id);
        add_public_keys(belongings, value);
        if (value.empty())
            add_shapeless(belongings, bare.shown);
    }
}

/// Throws Error.
Belongings the_one(const Agent& agent, const std::string& name) {
    Found found;
    add_identities(agent, name, found);
    add_bare_keys(agent, name, found);
    if (found.empty())
        throw Error(protocol::NO_IDENTITY, "no key matches \"" + name + "\"", "see what `signet list` shows");
    if (found.size() > 1) {
        std::string why;
        for (const auto& [key, belongings] : found)
            why += (why.empty() ? "several keys match: " : "; ") + belongings.description;
        throw Error(protocol::AMBIGUOUS_IDENTITY, why, "name one by its URI");
    }
    return found.begin()->second;
}

void refuse_valid(const Belongings& belongings) {
    for (const auto& identity : belongings.identities) {
        if (identity->not_after >= now_in_seconds())
            throw Error(protocol::REFUSED,
                        "the key has a certificate that is still valid: " + identity->description(),
                        "say --force if it shall go all the same");
    }
}

asio::awaitable<void> destroy(Agent& agent, const Peer& peer, std::shared_ptr<TokenState>& token,
                              token::protocol::Request& request) {
    co_await change_token(agent, peer, token, request, token->host->config().operation_timeout);
}

/// The one key of this kind on the token with that CKA_ID. None if there is none; throws Error if there are
/// several.
std::optional<std::uint64_t> handle_now(const TokenState& token, const std::string& id, bool is_private) {
    std::optional<std::uint64_t> handle;
    for (const auto& key : token.keys) {
        if (key.is_private != is_private || key.id != id)
            continue;
        if (handle)
            throw Error(protocol::TOKEN_FAILED, "several keys on " + uri_of(token) + " have the same ID",
                        "see what `signet list` shows, and delete the rest by its URI");
        handle = key.handle;
    }
    return handle;
}

asio::awaitable<void> destroy_key(Agent& agent, const Peer& peer, std::shared_ptr<TokenState>& token,
                                  std::uint64_t handle, const std::string& id, bool is_private) {
    std::exception_ptr gone;
    for (int attempt = 0; attempt < max_attempts; ++attempt) {
        token::protocol::Request request;
        request.mutable_destroy()->set_key(handle);
        request.mutable_destroy()->set_id(id);
        request.mutable_destroy()->set_is_private(is_private);
        gone = nullptr;
        try {
            co_await destroy(agent, peer, token, request);
        } catch (const Error& error) {
            if (error.status() != protocol::TOKEN_ABSENT)
                throw;
            gone = std::current_exception();
        }
        if (!gone)
            co_return;
        // After another login it has another handle.
        co_await token->host->scan(token->slot);
        token = as_seen_now(token);
        const auto now = handle_now(*token, id, is_private);
        if (!now && token->current && !token->needs_login())
            co_return;
        handle = now.value_or(handle);
    }
    std::rethrow_exception(gone);
}

/// The private key last: till then the rest can be named and deleted again.
asio::awaitable<std::uint32_t> destroy_all(Agent& agent, const Peer& peer, Belongings& belongings) {
    std::uint32_t deleted = 0;
    auto token = belongings.token;
    for (const auto& identity : belongings.identities) {
        const auto der = identity->certificate.der();
        const auto& places = identity->places;
        const bool is_here = std::any_of(places.begin(), places.end(), [&belongings](const auto& place) {
            return place.token == belongings.token && place.file.empty();
        });
        if (!is_here)
            continue;
        token::protocol::Request request;
        request.mutable_destroy()->set_certificate(std::string(cms::as_text(der)));
        co_await destroy(agent, peer, token, request);
        ++deleted;
    }
    for (const auto* handles : {&belongings.public_keys, &belongings.private_keys}) {
        for (const auto& [handle, id] : *handles) {
            const bool is_private = handles == &belongings.private_keys;
            co_await destroy_key(agent, peer, token, handle, id, is_private);
            ++deleted;
        }
    }
    co_return deleted;
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
    if (!wanted.force())
        refuse_valid(belongings);
    auto record = audit_entry(peer, "delete", nullptr, belongings.token.get());
    if (!belongings.identities.empty())
        record.identity = belongings.identities.front()->fingerprint;
    record.detail = belongings.description;
    const auto deleted = co_await destroy_all(agent, peer, belongings);
    reply.mutable_delete_key()->set_deleted(deleted);
    co_await agent.audit->durable(agent.audit->submit(record));
}

}  // namespace signet::agent
