// Certificates that are put on the token (PKCS#11 2.40, section 4.6).
#pragma once

#include "token/protocol/token.pb.h"
#include "token/session.h"

namespace signet::token {

/// Refuses what makes no sense before a token sees it. Throws TokenError (BAD_REQUEST).
void check_store(const protocol::StoreCertificate& request);

/// Makes the object of a checked `request`, for everybody to see. `session` is read/write and logged in.
/// Throws TokenError.
void store(const Session& session, const protocol::StoreCertificate& request);

}  // namespace signet::token
