#include "token/hash.h"

#include <array>

#include "token/error.h"

namespace signet::token {

namespace {

// DigestInfo ::= SEQUENCE { digestAlgorithm AlgorithmIdentifier, digest OCTET STRING }, parameters NULL.
constexpr std::array<unsigned char, 15> sha1_prefix = {0x30, 0x21, 0x30, 0x09, 0x06, 0x05, 0x2b, 0x0e,
                                                       0x03, 0x02, 0x1a, 0x05, 0x00, 0x04, 0x14};
constexpr std::array<unsigned char, 19> sha256_prefix = {0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60,
                                                         0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02,
                                                         0x01, 0x05, 0x00, 0x04, 0x20};
constexpr std::array<unsigned char, 19> sha384_prefix = {0x30, 0x41, 0x30, 0x0d, 0x06, 0x09, 0x60,
                                                         0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02,
                                                         0x02, 0x05, 0x00, 0x04, 0x30};
constexpr std::array<unsigned char, 19> sha512_prefix = {0x30, 0x51, 0x30, 0x0d, 0x06, 0x09, 0x60,
                                                         0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02,
                                                         0x03, 0x05, 0x00, 0x04, 0x40};

constexpr HashFacts sha1 = {
    20, CKM_SHA_1, CKG_MGF1_SHA1, sha1_prefix, CKM_SHA1_RSA_PKCS, CKM_SHA1_RSA_PKCS_PSS, CKM_ECDSA_SHA1};
constexpr HashFacts sha256 = {32,
                              CKM_SHA256,
                              CKG_MGF1_SHA256,
                              sha256_prefix,
                              CKM_SHA256_RSA_PKCS,
                              CKM_SHA256_RSA_PKCS_PSS,
                              CKM_ECDSA_SHA256};
constexpr HashFacts sha384 = {48,
                              CKM_SHA384,
                              CKG_MGF1_SHA384,
                              sha384_prefix,
                              CKM_SHA384_RSA_PKCS,
                              CKM_SHA384_RSA_PKCS_PSS,
                              CKM_ECDSA_SHA384};
constexpr HashFacts sha512 = {64,
                              CKM_SHA512,
                              CKG_MGF1_SHA512,
                              sha512_prefix,
                              CKM_SHA512_RSA_PKCS,
                              CKM_SHA512_RSA_PKCS_PSS,
                              CKM_ECDSA_SHA512};

}  // namespace

const HashFacts& facts_of(protocol::Hash hash) {
    switch (hash) {
        case protocol::HASH_SHA1:
            return sha1;
        case protocol::HASH_SHA256:
            return sha256;
        case protocol::HASH_SHA384:
            return sha384;
        case protocol::HASH_SHA512:
            return sha512;
        default:
            throw TokenError(protocol::BAD_REQUEST, "no such hash");
    }
}

}  // namespace signet::token
