#include "agent/token_selection.h"

#include "agent/error.h"
#include "agent/token_uri.h"

#include <algorithm>
#include <iterator>
#include <map>

namespace signet::agent {

Tokens tokens_named(const Agent& agent, const std::string& name) {
    Tokens named;
    const auto& all = agent.hosts.catalogue().tokens();
    const auto keep = [&](auto&& fits) {
        std::copy_if(all.begin(), all.end(), std::back_inserter(named), fits);
    };
    if (name.empty()) {
        keep(
            [](const auto& token) { return token->is_initialised() && token->has_flag(CKF_LOGIN_REQUIRED); });
    } else if (is_token_uri(name)) {
        const TokenUri uri(name);
        keep([&](const auto& token) { return token->is_initialised() && uri.matches(*token); });
    } else {
        keep([&](const auto& token) {
            return token->is_initialised() && (token->label == name || token->serial == name);
        });
    }
    return named;
}

namespace {

Tokens to_initialise(const Agent& agent, const std::string& name) {
    auto tokens = name.empty() ? Tokens() : tokens_named(agent, name);
    for (const auto& token : agent.hosts.catalogue().tokens()) {
        const bool is_called =
            name.empty() || token->module == name || (is_token_uri(name) && TokenUri(name).matches(*token));
        if (!token->is_initialised() && is_called)
            tokens.push_back(token);
    }
    return tokens;
}

}  // namespace

asio::awaitable<std::shared_ptr<TokenState>> find_token_to_initialise(Agent& agent, const std::string& name) {
    // What is new may not have been seen yet.
    co_await agent.hosts.refresh();
    const auto tokens = to_initialise(agent, name);
    if (tokens.empty())
        throw Error(
            protocol::TOKEN_ABSENT,
            name.empty() ? "there is no token that is not initialised" : "there is no token \"" + name + "\"",
            "insert it, or see what `signet list` shows");
    if (tokens.size() > 1) {
        std::string why;
        for (const auto& token : tokens)
            why += (why.empty() ? "several tokens match: " : "; ") + uri_of(*token);
        throw Error(protocol::AMBIGUOUS_IDENTITY, why, "name one by its URI");
    }
    co_return tokens.front();
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

asio::awaitable<std::shared_ptr<TokenState>> find_token(Agent& agent, const std::string& name) {
    const auto tokens = co_await find_tokens(agent, name);
    std::map<pin::TokenId, std::string> uris;
    for (const auto& token : tokens)
        uris.emplace(token->id(), uri_of(*token));
    if (uris.size() > 1) {
        std::string why;
        for (const auto& [id, uri] : uris)
            why += (why.empty() ? "several tokens match: " : "; ") + uri;
        throw Error(protocol::AMBIGUOUS_IDENTITY, why, "name one");
    }
    const auto there =
        std::find_if(tokens.begin(), tokens.end(), [](const auto& token) { return token->current; });
    co_return there == tokens.end() ? tokens.front() : *there;
}

}  // namespace signet::agent
