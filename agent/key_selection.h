// Which key a client means where it need not have a certificate.
#pragma once

#include "agent/agent.h"
#include "agent/identity.h"
#include "cms/public_key.h"

#include <memory>
#include <set>
#include <string>

namespace signet::agent {

struct ChosenKey {
    std::shared_ptr<const Key> key;
    std::shared_ptr<const cms::PublicKey> public_key;
    /// A place where the private key shows, the token logged in.
    std::shared_ptr<TokenState> token;
    ScannedKey shown;
    /// One that has this key; none if none has.
    std::shared_ptr<const Identity> identity;
};

/// The one key that `name` means: what a selector matches, or the label or pkcs11: URI of a key without a
/// certificate; the empty name is the one key without. Logs in to its token by its PIN source if that is
/// needed. All must live until it returns. Throws Error: NO_IDENTITY, AMBIGUOUS_IDENTITY, MALFORMED (a bad
/// URI), TOKEN_CANNOT (the token does not show its public half), PIN_*, TOKEN_*.
asio::awaitable<ChosenKey> find_key(Agent& agent, const Peer& peer, const std::string& name);

/// The same, but the key is one of those whose SubjectPublicKeyInfos `infos` are; the empty name is any key,
/// with a certificate or without.
asio::awaitable<ChosenKey> find_key_among(Agent& agent, const Peer& peer, const std::string& name,
                                          const std::set<std::string>& infos);

}  // namespace signet::agent
