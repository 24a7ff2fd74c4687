// RSA decryption.
#pragma once

#include <string>

#include "token/context_login.h"
#include "token/protocol/token.pb.h"
#include "token/session.h"

namespace signet::token {

/// What became of a ciphertext.
struct Decrypted {
    protocol::Outcome outcome = protocol::OK;
    /// What C_Decrypt answered.
    Ckr ckr = Ckr::ok;
};

/// Refuses what makes no sense before a token sees it. Throws TokenError (BAD_REQUEST; INPUT_REFUSED for a
/// ciphertext that is empty or above max_modulus).
void check_decrypt(const protocol::Decrypt& request);

/// Decrypts the ciphertext of a checked `request` and writes the plaintext to `output`, whose bytes are the
/// caller's to wipe, up to its capacity. That the token refused the input comes back as a value, in as long
/// as a success takes; so does padding that is wrong where it is taken off here (may_unpad). `login` is
/// null for keys that do not want one. `lacks_oaep` is false at first, and kept by the caller between one
/// attempt at the request and the next, in another session. Throws TokenError for all else, `output` then
/// empty.
Decrypted decrypt(const Session& session, protocol::Decrypt& request, std::string& output,
                  ContextLogin* login, bool& lacks_oaep);

}  // namespace signet::token
