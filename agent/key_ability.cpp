#include "agent/key_ability.h"

#include "agent/token_algorithms.h"

#include <algorithm>

namespace signet::agent {

namespace {

using token::protocol::Request;

constexpr std::uint64_t none = CK_UNAVAILABLE_INFORMATION;

/// The mechanism for a request, and the one that serves if a token lacks it.
struct Mechanisms {
    std::uint64_t wanted;
    std::uint64_t instead = none;
};

bool has_mechanism(const TokenState& token, std::uint64_t mechanism) {
    return mechanism != none &&
           std::find(token.mechanisms.begin(), token.mechanisms.end(), mechanism) != token.mechanisms.end();
}

std::uint64_t pick(token::protocol::Hash hash, std::uint64_t sha256, std::uint64_t sha384,
                   std::uint64_t sha512) {
    switch (hash) {
        case token::protocol::HASH_SHA256:
            return sha256;
        case token::protocol::HASH_SHA384:
            return sha384;
        case token::protocol::HASH_SHA512:
            return sha512;
        default:
            return none;
    }
}

std::uint64_t bare_mechanism(token::protocol::SignScheme scheme) {
    switch (scheme) {
        case token::protocol::RSA_PKCS1:
            return CKM_RSA_PKCS;
        case token::protocol::RSA_PSS:
            return CKM_RSA_PKCS_PSS;
        case token::protocol::ED25519:
        case token::protocol::ED448:
            return CKM_EDDSA;
        default:
            return CKM_ECDSA;
    }
}

Mechanisms mechanisms_for(const token::protocol::Sign& sign) {
    const Mechanisms bare{bare_mechanism(sign.scheme())};
    if (sign.message().empty())
        return bare;
    switch (sign.scheme()) {
        case token::protocol::RSA_PKCS1:
            return {bare.wanted,
                    pick(sign.hash(), CKM_SHA256_RSA_PKCS, CKM_SHA384_RSA_PKCS, CKM_SHA512_RSA_PKCS)};
        case token::protocol::RSA_PSS:
            return {bare.wanted, pick(sign.hash(), CKM_SHA256_RSA_PKCS_PSS, CKM_SHA384_RSA_PKCS_PSS,
                                      CKM_SHA512_RSA_PKCS_PSS)};
        case token::protocol::ECDSA:
            return {bare.wanted, pick(sign.hash(), CKM_ECDSA_SHA256, CKM_ECDSA_SHA384, CKM_ECDSA_SHA512)};
        default:
            return bare;
    }
}

Mechanisms mechanisms_for(const Request& request) {
    if (request.has_sign())
        return mechanisms_for(request.sign());
    if (!request.has_decrypt())
        return {CKM_ECDH1_DERIVE, CKM_ECDH1_COFACTOR_DERIVE};
    if (request.decrypt().scheme() == token::protocol::DECRYPT_PKCS1)
        return {CKM_RSA_PKCS};
    return {CKM_RSA_PKCS_OAEP, CKM_RSA_X_509};
}

std::string mechanism_name(std::uint64_t mechanism) {
    switch (mechanism) {
        case CKM_RSA_PKCS:
            return "RSA PKCS#1 v1.5 (CKM_RSA_PKCS)";
        case CKM_RSA_X_509:
            return "raw RSA (CKM_RSA_X_509)";
        case CKM_RSA_PKCS_PSS:
            return "RSA-PSS (CKM_RSA_PKCS_PSS)";
        case CKM_RSA_PKCS_OAEP:
            return "RSA-OAEP (CKM_RSA_PKCS_OAEP)";
        case CKM_ECDSA:
            return "ECDSA (CKM_ECDSA)";
        case CKM_EDDSA:
            return "EdDSA (CKM_EDDSA)";
        case CKM_ECDH1_DERIVE:
            return "ECDH (CKM_ECDH1_DERIVE)";
        case CKM_ECDH1_COFACTOR_DERIVE:
            return "ECDH with the cofactor (CKM_ECDH1_COFACTOR_DERIVE)";
        default:
            return "the same with a hash";
    }
}

std::string lacks(const TokenState& token, const Mechanisms& mechanisms) {
    const std::string who = "token \"" + token.label + "\" has ";
    if (mechanisms.instead == none)
        return who + "no " + mechanism_name(mechanisms.wanted);
    return who + "neither " + mechanism_name(mechanisms.wanted) + " nor " +
           mechanism_name(mechanisms.instead);
}

bool has_one(const TokenState& token, const Mechanisms& mechanisms) {
    return has_mechanism(token, mechanisms.wanted) || has_mechanism(token, mechanisms.instead);
}

bool may(const ScannedKey& key, const Request& request) {
    if (request.has_sign())
        return key.sign;
    return request.has_decrypt() ? key.decrypt : key.derive;
}

}  // namespace

std::string obstacle(const Location& location, const Request& request) {
    const auto mechanisms = mechanisms_for(request);
    if (!has_one(*location.token, mechanisms))
        return lacks(*location.token, mechanisms);
    if (location.key && !may(*location.key, request))
        return "the key on token \"" + location.token->label + "\" may not be used for this";
    if (location.key && location.key->always_authenticate && request.has_derive())
        return "the key on token \"" + location.token->label +
               "\" asks for its PIN at each use, for which PKCS#11 has no call in ECDH";
    return {};
}

bool can(const Location& location, const Request& request) {
    return has_one(*location.token, mechanisms_for(request)) && location.key && may(*location.key, request) &&
           !(location.key->always_authenticate && request.has_derive());
}

void fit(const Location& location, Request& request) {
    const auto& token = *location.token;
    const bool lacks_wanted = !has_mechanism(token, mechanisms_for(request).wanted);
    if (request.has_sign())
        request.mutable_sign()->set_hash_on_token(lacks_wanted);
    else if (request.has_derive())
        request.mutable_derive()->set_cofactor(lacks_wanted);
    else if (request.decrypt().scheme() == token::protocol::DECRYPT_OAEP)
        request.mutable_decrypt()->set_may_unpad(has_mechanism(token, CKM_RSA_X_509));
}

bool needs_message(const Key& key, cms::SignatureScheme scheme) {
    const auto mechanism = bare_mechanism(token_scheme(scheme));
    return std::any_of(key.locations.begin(), key.locations.end(),
                       [&](const Location& location) { return !has_mechanism(*location.token, mechanism); });
}

}  // namespace signet::agent
