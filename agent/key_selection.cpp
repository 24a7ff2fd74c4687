#include "agent/key_selection.h"

#include "agent/bare_key.h"
#include "agent/error.h"
#include "agent/token_uri.h"

#include <algorithm>
#include <map>
#include <optional>
#include <vector>

namespace signet::agent {

namespace {

constexpr std::size_t max_listed = 8;
/// The token may be looked at anew meanwhile.
constexpr int max_searches = 4;

struct Match {
    std::shared_ptr<const Key> key;
    std::shared_ptr<const cms::PublicKey> public_key;
    std::shared_ptr<const Identity> identity;
    std::string description;
};

/// By their SubjectPublicKeyInfo: a key on two tokens is one.
using Matches = std::map<std::string, Match>;

std::string description_of(const BareKey& bare) {
    return type_name(bare) + " key \"" + bare.shown.label + "\" " + uri_of(*bare.token, bare.shown);
}

/// What is looked for: by its name, and among these keys if there are any.
struct Wanted {
    const std::string& name;
    const std::set<std::string>* infos = nullptr;

    [[nodiscard]] bool holds(const std::string& info) const {
        return infos == nullptr || infos->contains(info);
    }
};

Matches matches_of(const Agent& agent, const Wanted& wanted) {
    const auto& name = wanted.name;
    Matches matches;
    if (!name.empty() || wanted.infos != nullptr) {
        for (const auto& identity : agent.selector.matching(name)) {
            const auto& info = identity->key->subject_public_key_info;
            if (!wanted.holds(info))
                continue;
            matches.try_emplace(
                info,
                Match{identity->key,
                      std::make_shared<const cms::PublicKey>(cms::PublicKey::from_info(cms::as_bytes(info))),
                      identity, identity->description()});
        }
    }
    std::string shapeless;
    std::string ambiguous;
    for (const auto& bare : bare_keys(agent.hosts.catalogue())) {
        if (!is_called(bare, name))
            continue;
        if (bare.key && !wanted.holds(bare.key->subject_public_key_info))
            continue;
        if (bare.key)
            matches.try_emplace(bare.key->subject_public_key_info,
                                Match{bare.key, bare.public_key, nullptr, description_of(bare)});
        else
            (bare.is_ambiguous ? ambiguous : shapeless) = description_of(bare);
    }
    if (matches.empty() && !ambiguous.empty())
        throw Error(protocol::AMBIGUOUS_IDENTITY,
                    "keys on the token share their ID, and nothing tells which public key belongs to the " +
                        ambiguous,
                    "give them IDs of their own, or labels that tell");
    if (matches.empty() && !shapeless.empty())
        throw Error(protocol::TOKEN_CANNOT, "the token does not show the public half of the " + shapeless +
                                                ", or it is not supported");
    return matches;
}

[[noreturn]] void refuse_none(const Wanted& wanted) {
    const auto& name = wanted.name;
    if (wanted.infos != nullptr)
        throw Error(protocol::NO_IDENTITY,
                    "no certificate that is given is for " +
                        (name.empty() ? "a key on a token" : "the key \"" + name + "\""),
                    "see which keys `signet list` shows; some show after `signet unlock`");
    throw Error(protocol::NO_IDENTITY,
                name.empty() ? "no token has a key without a certificate" : "no key matches \"" + name + "\"",
                "see what `signet list` shows, or make one with `signet token keygen`");
}

const Match& the_one(const Matches& matches, const Wanted& wanted) {
    if (matches.empty())
        refuse_none(wanted);
    if (matches.size() == 1)
        return matches.begin()->second;
    std::string why = "several keys match: ";
    std::size_t listed = 0;
    for (const auto& [info, match] : matches) {
        if (listed++ < max_listed)
            why += (listed == 1 ? "" : "; ") + match.description;
    }
    if (matches.size() > max_listed)
        why += "; and " + std::to_string(matches.size() - max_listed) + " more";
    throw Error(protocol::AMBIGUOUS_IDENTITY, why, "name one by its label or URI (-k)");
}

asio::awaitable<ChosenKey> find_wanted(Agent& agent, const Peer& peer, const Wanted wanted) {
    if (matches_of(agent, wanted).empty())
        co_await agent.hosts.refresh();
    for (int search = 0; search < max_searches; ++search) {
        const auto match = the_one(matches_of(agent, wanted), wanted);
        std::shared_ptr<TokenState> hidden;
        for (const auto& location : match.key->locations) {
            if (location.key && location.token->current && !location.token->needs_login())
                co_return ChosenKey{match.key, match.public_key, location.token, *location.key,
                                    match.identity};
            if (!hidden || !hidden->current)
                hidden = location.token;
        }
        // It looks for the token again, and scans it.
        co_await agent.logins.ensure(hidden, peer);
        if (!hidden->needs_login())
            co_await hidden->host->scan(hidden->slot);
    }
    throw Error(protocol::TOKEN_ABSENT, "the token shows no private key for this",
                "see what `signet list` shows");
}

}  // namespace

asio::awaitable<ChosenKey> find_key(Agent& agent, const Peer& peer, const std::string& name) {
    return find_wanted(agent, peer, Wanted{name});
}

asio::awaitable<ChosenKey> find_key_among(Agent& agent, const Peer& peer, const std::string& name,
                                          const std::set<std::string>& infos) {
    return find_wanted(agent, peer, Wanted{name, &infos});
}

}  // namespace signet::agent
