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
            return token::protocol::HASH_SHA512;
        case cms::DigestAlgorithm::shake256:
        case cms::DigestAlgorithm::md5:
        case cms::DigestAlgorithm::sha224:
            break;
    }
    return token::protocol::NO_HASH;
}

token::protocol::SignScheme token_scheme(cms::SignatureScheme scheme) noexcept {
    switch (scheme) {
        case cms::SignatureScheme::rsa_pkcs1:
            return token::protocol::RSA_PKCS1;
        case cms::SignatureScheme::rsa_pss:
            return token::protocol::RSA_PSS;
        case cms::SignatureScheme::ecdsa:
            return token::protocol::ECDSA;
        case cms::SignatureScheme::ed25519:
            return token::protocol::ED25519;
        case cms::SignatureScheme::ed448:
        // No key of a token's signs with DSA: goes_with() has no hash for it.
        case cms::SignatureScheme::dsa:
            break;
    }
    return token::protocol::ED448;
}

}  // namespace signet::agent
