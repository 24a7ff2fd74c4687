// Signatures.
#pragma once

#include <span>
#include <string>

#include "token/context_login.h"
#include "token/protocol/token.pb.h"
#include "token/session.h"

namespace signet::token {

/// Bytes of an RSA modulus, and so of a signature or a ciphertext, at most: 8192 bits.
inline constexpr std::size_t max_modulus = 1024;

/// Bytes of a message that a token hashes itself, or signs with EdDSA, at most.
inline constexpr std::size_t max_message = std::size_t{64} * 1024;

/// Refuses what makes no sense before a token sees it: unknown schemes, digests that are not as long as their
/// hash, SHA-1, which signs nothing, and no message where one is signed. Throws TokenError (BAD_REQUEST).
void check_sign(const protocol::Sign& request);

/// Signs the digest, or the message, of a checked `request` and writes the signature to `output`: for ECDSA
/// the DER Ecdsa-Sig-Value. `login` is null for keys that do not want one. Throws TokenError.
void sign(const Session& session, const protocol::Sign& request, std::string& output, ContextLogin* login);

}  // namespace signet::token
