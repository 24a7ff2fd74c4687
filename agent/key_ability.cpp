#include "agent/key_ability.h"

#include <algorithm>

namespace signet::agent {

namespace {

using token::protocol::Request;

bool has_mechanism(const TokenState& token, std::uint64_t mechanism) {
    return std::find(token.mechanisms.begin(), token.mechanisms.end(), mechanism) != token.mechanisms.end();
}

std::uint64_t mechanism_for(const Request& request) {
    if (request.has_sign()) {
        switch (request.sign().scheme()) {
            case token::protocol::RSA_PKCS1:
                return CKM_RSA_PKCS;
            case token::protocol::RSA_PSS:
                return CKM_RSA_PKCS_PSS;
            default:
                return CKM_ECDSA;
        }
    }
    if (request.has_decrypt())
        return request.decrypt().scheme() == token::protocol::DECRYPT_PKCS1 ? CKM_RSA_PKCS
                                                                            : CKM_RSA_PKCS_OAEP;
    return CKM_ECDH1_DERIVE;
}

const char* mechanism_name(std::uint64_t mechanism) {
    switch (mechanism) {
        case CKM_RSA_PKCS:
            return "RSA PKCS#1 v1.5 (CKM_RSA_PKCS)";
        case CKM_RSA_PKCS_PSS:
            return "RSA-PSS (CKM_RSA_PKCS_PSS)";
        case CKM_RSA_PKCS_OAEP:
            return "RSA-OAEP (CKM_RSA_PKCS_OAEP)";
        case CKM_ECDSA:
            return "ECDSA (CKM_ECDSA)";
        default:
            return "ECDH (CKM_ECDH1_DERIVE)";
    }
}

bool may(const ScannedKey& key, const Request& request) {
    if (request.has_sign())
        return key.sign;
    return request.has_decrypt() ? key.decrypt : key.derive;
}

}  // namespace

std::string obstacle(const Location& location, const Request& request) {
    const auto mechanism = mechanism_for(request);
    if (!has_mechanism(*location.token, mechanism))
        return "token \"" + location.token->label + "\" has no " + mechanism_name(mechanism);
    if (location.key && !may(*location.key, request))
        return "the key on token \"" + location.token->label + "\" may not be used for this";
    if (location.key && location.key->always_authenticate && request.has_derive())
        return "the key on token \"" + location.token->label +
               "\" asks for its PIN at each use, for which PKCS#11 has no call in ECDH";
    return {};
}

bool can(const Location& location, const Request& request) {
    return has_mechanism(*location.token, mechanism_for(request)) && location.key &&
           may(*location.key, request) && !(location.key->always_authenticate && request.has_derive());
}

}  // namespace signet::agent
