#include "agent/deletion.h"

#include "agent/error.h"
#include "agent/provisioning.h"

#include <algorithm>
#include <span>

namespace signet::agent {

namespace {

std::string list_of(std::span<const Deletion> deletions) {
    std::string list;
    for (const auto& deletion : deletions) {
        list += list.empty() ? "" : ", ";
        if (!deletion.key)
            list += "a certificate";
        else
            list += deletion.key->is_private ? "the private key" : "a public key";
    }
    return list.empty() ? "nothing" : list;
}

/// What became of them when the one with this number failed.
std::string progress(std::span<const Deletion> deletions, std::size_t failed, bool is_known) {
    std::string text = "; deleted: " + list_of(deletions.first(failed));
    if (!is_known)
        text += "; not known: " + list_of(deletions.subspan(failed++, 1));
    if (failed < deletions.size())
        text += "; not deleted: " + list_of(deletions.subspan(failed));
    return text;
}

bool is_same(const ScannedKey& a, const ScannedKey& b) {
    return a.is_private == b.is_private && a.key_type == b.key_type && a.id == b.id && a.label == b.label &&
           a.public_value == b.public_value;
}

bool is_on(const TokenState& token, const Deletion& deletion) {
    const auto& keys = token.keys;
    const auto& certificates = token.certificates;
    if (deletion.key)
        return std::any_of(keys.begin(), keys.end(),
                           [&](const auto& key) { return is_same(key, *deletion.key); });
    return std::any_of(certificates.begin(), certificates.end(),
                       [&](const auto& there) { return there.der == deletion.certificate; });
}

asio::awaitable<void> delete_one(Agent& agent, const Peer& peer, std::shared_ptr<TokenState>& token,
                                 const Deletion& deletion) {
    const auto limit = token->host->config().operation_timeout;
    token::protocol::Request request;
    auto& destroy = *request.mutable_destroy();
    if (!deletion.key) {
        destroy.set_certificate(deletion.certificate);
        co_await change_token(agent, peer, token, request, limit);
        co_return;
    }
    const auto& wanted = *deletion.key;
    destroy.set_id(wanted.id);
    destroy.set_is_private(wanted.is_private);
    destroy.set_key_label(wanted.label);
    destroy.set_key_type(wanted.key_type);
    destroy.set_public_value(wanted.public_value);
    NameObjects name_it = [&](const TokenState& now, token::protocol::Request& named) {
        const auto there = std::find_if(now.keys.begin(), now.keys.end(),
                                        [&](const auto& key) { return is_same(key, wanted); });
        if (there == now.keys.end())
            throw Error(protocol::TOKEN_FAILED, "a key is not on the token any more",
                        "see what `signet list` shows");
        named.mutable_destroy()->set_key(there->handle);
    };
    co_await change_token(agent, peer, token, request, limit, std::move(name_it));
}

/// Throws Error unless all are gone from the token as a login shows it.
asio::awaitable<void> check_gone(Agent& agent, const Peer& peer, std::shared_ptr<TokenState> token,
                                 const std::vector<Deletion>& deletions) {
    bool seen = token->current && !token->needs_login();
    if (!seen) {
        co_await agent.logins.ensure(token, peer);
        token = as_seen_now(token);
        seen = co_await token->host->scan(token->slot);
        token = as_seen_now(token);
    }
    if (!seen || token->needs_login())
        throw Error(protocol::TOKEN_FAILED,
                    "the token says that all is deleted, but it could not be looked at again",
                    "see what `signet list` shows");
    std::vector<Deletion> left;
    std::copy_if(deletions.begin(), deletions.end(), std::back_inserter(left),
                 [&](const auto& deletion) { return is_on(*token, deletion); });
    if (!left.empty())
        throw Error(protocol::TOKEN_FAILED,
                    "the token says that all is deleted, but still shows: " + list_of(left),
                    "delete it with the token's own tools");
}

}  // namespace

asio::awaitable<void> delete_all(Agent& agent, const Peer& peer, std::shared_ptr<TokenState> token,
                                 const std::vector<Deletion>& deletions) {
    for (std::size_t i = 0; i < deletions.size(); ++i) {
        try {
            co_await delete_one(agent, peer, token, deletions[i]);
        } catch (const OutcomeUnknown& error) {
            throw Error(error.status(), error.what() + progress(deletions, i, false), error.advice());
        } catch (const Error& error) {
            // The token may have done it before it failed.
            const auto now = as_seen_now(token);
            const bool is_there = now->current && is_on(*now, deletions[i]);
            throw Error(error.status(), error.what() + progress(deletions, i, is_there), error.advice());
        }
    }
    co_await check_gone(agent, peer, token, deletions);
}

}  // namespace signet::agent
