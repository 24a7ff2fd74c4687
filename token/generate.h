// Key pairs that are made on the token (PKCS#11 2.40, section 5.13).
#pragma once

#include "token/protocol/token.pb.h"
#include "token/session.h"

namespace signet::token {

/// Bits of an RSA modulus that is made here.
inline constexpr unsigned min_modulus_bits = 2048;
inline constexpr unsigned max_modulus_bits = 4096;

/// Refuses what makes no sense before a token sees it. Throws TokenError (BAD_REQUEST).
void check_generate(const protocol::GenerateKeyPair& request);

/// Makes the pair of a checked `request`: both keys on the token under one CKA_ID and CKA_LABEL, the private
/// one sensitive and not extractable. `session` is read/write and logged in. Throws TokenError; CANNOT if the
/// private key could be taken out, or does not show that it cannot: it is deleted again then, and the text
/// says what the token did not delete.
void generate(const Session& session, const protocol::GenerateKeyPair& request);

}  // namespace signet::token
