// The hashes of the messages, as PKCS#11 and PKCS#1 know them.
#pragma once

#include <p11-kit/pkcs11.h>

#include <cstddef>
#include <span>

#include "token/protocol/token.pb.h"

namespace signet::token {

struct HashFacts {
    /// Bytes of a digest.
    std::size_t size;
    /// CKM_SHA256 and so on: the hash inside PSS and OAEP.
    CK_MECHANISM_TYPE mechanism;
    /// CKG_MGF1_...: MGF1 with this hash.
    unsigned long mgf;
    /// The DER of DigestInfo up to the digest (RFC 8017, section 9.2, note 1).
    std::span<const unsigned char> digest_info_prefix;
    /// CKM_SHA256_RSA_PKCS, CKM_SHA256_RSA_PKCS_PSS and CKM_ECDSA_SHA256 and so on, which hash on the token.
    CK_MECHANISM_TYPE with_rsa_pkcs;
    CK_MECHANISM_TYPE with_rsa_pss;
    CK_MECHANISM_TYPE with_ecdsa;
};

/// Throws TokenError (BAD_REQUEST) for NO_HASH and unknown values.
const HashFacts& facts_of(protocol::Hash hash);

}  // namespace signet::token
