#include "agent/token_algorithms.h"

namespace signet::agent {

token::protocol::Hash token_hash(cms::DigestAlgorithm algorithm) noexcept {
    switch (algorithm) {
        case cms::DigestAlgorithm::sha1:
            return token::protocol::HASH_SHA1;
        case cms::DigestAlgorithm::sha256:
            return token::protocol::HASH_SHA256;
        case cms::DigestAlgorithm::sha384:
            return token::protocol::HASH_SHA384;
        case cms::DigestAlgorithm::sha512:
            break;
    }
    return token::protocol::HASH_SHA512;
}

token::protocol::SignScheme token_scheme(cms::SignatureScheme scheme) noexcept {
    switch (scheme) {
        case cms::SignatureScheme::rsa_pkcs1:
            return token::protocol::RSA_PKCS1;
        case cms::SignatureScheme::rsa_pss:
            return token::protocol::RSA_PSS;
        case cms::SignatureScheme::ecdsa:
            break;
    }
    return token::protocol::ECDSA;
}

}  // namespace signet::agent
