#include "agent/audit_entry.h"
#include "agent/error.h"
#include "agent/handlers.h"
#include "agent/provisioning.h"
#include "agent/token_selection.h"
#include "agent/token_uri.h"

#include <openssl/rand.h>

#include <algorithm>
#include <array>

namespace signet::agent {

namespace {

/// A smartcard may look for primes of RSA-4096 for minutes.
constexpr auto generation_limit = std::chrono::minutes{5};
constexpr std::size_t id_size = 20;

struct Algorithm {
    token::protocol::KeyPairKind kind;
    unsigned modulus_bits;
    std::uint64_t mechanism;
    const char* name;
};

Algorithm algorithm_of(protocol::KeyAlgorithm algorithm) {
    switch (algorithm) {
        case protocol::RSA_2048:
            return {token::protocol::PAIR_RSA, 2048, CKM_RSA_PKCS_KEY_PAIR_GEN, "RSA"};
        case protocol::RSA_3072:
            return {token::protocol::PAIR_RSA, 3072, CKM_RSA_PKCS_KEY_PAIR_GEN, "RSA"};
        case protocol::RSA_4096:
            return {token::protocol::PAIR_RSA, 4096, CKM_RSA_PKCS_KEY_PAIR_GEN, "RSA"};
        case protocol::EC_P384:
            return {token::protocol::PAIR_P384, 0, CKM_EC_KEY_PAIR_GEN, "EC"};
        case protocol::EC_P521:
            return {token::protocol::PAIR_P521, 0, CKM_EC_KEY_PAIR_GEN, "EC"};
        case protocol::ED25519:
            return {token::protocol::PAIR_ED25519, 0, CKM_EC_EDWARDS_KEY_PAIR_GEN, "Ed25519"};
        default:
            return {token::protocol::PAIR_P256, 0, CKM_EC_KEY_PAIR_GEN, "EC"};
    }
}

std::string fresh_id() {
    std::array<unsigned char, id_size> bytes{};
    if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1)
        throw Error(protocol::INTERNAL, "no randomness for the ID of a key");
    return {bytes.begin(), bytes.end()};
}

bool is_labelled(const TokenState& token, const std::string& label) {
    return std::any_of(token.keys.begin(), token.keys.end(),
                       [&label](const auto& key) { return key.label == label; });
}

/// Throws Error.
void check_possible(const TokenState& token, const Algorithm& algorithm, const std::string& label) {
    const auto& mechanisms = token.mechanisms;
    if (std::find(mechanisms.begin(), mechanisms.end(), algorithm.mechanism) == mechanisms.end())
        throw Error(protocol::TOKEN_CANNOT,
                    "token \"" + token.label + "\" does not make " + algorithm.name + " keys",
                    "choose another --type");
    if (is_labelled(token, label))
        throw Error(protocol::AMBIGUOUS_IDENTITY,
                    "token \"" + token.label + "\" has a key with the label \"" + label + "\" already",
                    "choose another label, or see `signet token delete`");
}

}  // namespace

asio::awaitable<void> handle_generate_key(Agent& agent, const Peer& peer, protocol::Request& request,
                                          protocol::Reply& reply, AuditTrail& trail) {
    const auto& wanted = request.generate_key();
    auto token = co_await find_token(agent, wanted.token());
    trail.uses.push_back(audit_entry(peer, "keygen", nullptr, token.get()));
    const auto algorithm = algorithm_of(wanted.algorithm());
    // After the login: only then all keys show.
    co_await agent.logins.ensure(token, peer);
    token = as_seen_now(token);
    check_possible(*token, algorithm, wanted.label());

    token::protocol::Request change;
    auto& generate = *change.mutable_generate_key_pair();
    generate.set_kind(algorithm.kind);
    generate.set_modulus_bits(algorithm.modulus_bits);
    generate.set_id(fresh_id());
    generate.set_key_label(wanted.label());
    generate.set_sign(wanted.sign());
    generate.set_decrypt(wanted.decrypt());
    generate.set_always_authenticate(wanted.always_authenticate());
    co_await change_token(agent, peer, token, change, generation_limit);

    const auto& keys = token->keys;
    const auto made = std::find_if(keys.begin(), keys.end(), [&generate](const auto& key) {
        return key.is_private && key.id == generate.id();
    });
    if (made == keys.end())
        throw Error(protocol::TOKEN_FAILED, "the token shows no key that it has made", "see `signet list`");
    auto record = audit_entry(peer, "keygen", nullptr, token.get());
    record.detail = protocol::KeyAlgorithm_Name(wanted.algorithm()) + " key \"" + wanted.label() + "\", " +
                    uri_of(*token, *made);
    reply.mutable_generate_key()->set_uri(uri_of(*token, *made));
    reply.mutable_generate_key()->set_id(made->id);
    co_await agent.audit->durable(agent.audit->submit(record));
}

}  // namespace signet::agent
