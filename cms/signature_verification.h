// One signature under one public key (RFC 5652 section 5.6; RSA: RFC 8017 section 8, ECDSA and DSA: FIPS
// 186-4, EdDSA: RFC 8032 sections 5.1.7 and 5.2.7).
#pragma once

#include <openssl/types.h>

#include "cms/algorithm_identifier.h"
#include "cms/bytes.h"

namespace signet::cms {

/// Whether `value` is `key`'s signature by `algorithm` over `input`: a message's digest, or for EdDSA the
/// message. Throws Error(failed) for a key of another kind than the algorithm's.
bool verify_signature(EVP_PKEY& key, const SignatureAlgorithm& algorithm, BytesView input, BytesView value);

}  // namespace signet::cms
