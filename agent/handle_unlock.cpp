#include "agent/audit_entry.h"
#include "agent/error.h"
#include "agent/handlers.h"
#include "agent/token_uri.h"

#include <algorithm>
#include <optional>

namespace signet::agent {

namespace {

using Tokens = std::vector<std::shared_ptr<TokenState>>;

/// Tokens by pkcs11: URI, label or serial number; the empty name means all that take a login.
Tokens tokens_named(const Agent& agent, const std::string& name) {
    Tokens named;
    const auto& all = agent.hosts.catalogue().tokens();
    const auto keep = [&](auto&& fits) {
        std::copy_if(all.begin(), all.end(), std::back_inserter(named), fits);
    };
    if (name.empty()) {
        keep([](const auto& token) { return token->has_flag(CKF_LOGIN_REQUIRED); });
    } else if (is_token_uri(name)) {
        const TokenUri uri(name);
        keep([&](const auto& token) { return uri.matches(*token); });
    } else {
        keep([&](const auto& token) { return token->label == name || token->serial == name; });
    }
    return named;
}

asio::awaitable<Tokens> find_tokens(Agent& agent, const std::string& name) {
    auto tokens = tokens_named(agent, name);
    if (tokens.empty()) {
        co_await agent.hosts.refresh();
        tokens = tokens_named(agent, name);
    }
    if (tokens.empty())
        throw Error(
            protocol::TOKEN_ABSENT,
            name.empty() ? "there is no token that takes a login" : "there is no token \"" + name + "\"",
            "insert it, or see what `signet list` shows");
    co_return tokens;
}

AuditRecord entry_for(const Peer& peer, const char* operation, const TokenState& token) {
    auto record = audit_entry(peer, operation, nullptr);
    record.token = uri_of(token);
    return record;
}

}  // namespace

asio::awaitable<void> handle_unlock(Agent& agent, const Peer& peer, protocol::Request& request,
                                    protocol::Reply&) {
    auto& unlock = *request.mutable_unlock();
    std::optional<Secret> pin;
    if (unlock.has_pin())
        pin = Secret::take(*unlock.mutable_pin());
    const auto tokens = co_await find_tokens(agent, unlock.token());
    if (tokens.size() > 1) {
        std::string why = "several tokens match: ";
        for (const auto& token : tokens)
            why += (token == tokens.front() ? "" : "; ") + uri_of(*token);
        throw Error(protocol::AMBIGUOUS_IDENTITY, why, "name one");
    }
    const auto& token = tokens.front();
    if (pin)
        co_await agent.logins.unlock(token, peer, std::move(*pin));
    else
        co_await agent.logins.ensure(token, peer);
    const auto ticket = agent.audit->submit(entry_for(peer, "unlock", *token));
    co_await agent.audit->durable(ticket);
}

asio::awaitable<void> handle_lock(Agent& agent, const Peer& peer, protocol::Request& request,
                                  protocol::Reply&) {
    const auto tokens = co_await find_tokens(agent, request.lock().token());
    for (const auto& token : tokens) {
        co_await agent.logins.lock(token);
        agent.audit->submit(entry_for(peer, "lock", *token));
    }
}

}  // namespace signet::agent
