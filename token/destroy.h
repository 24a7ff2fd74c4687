// Objects that are deleted (PKCS#11 2.40, section 5.7).
#pragma once

#include "token/protocol/token.pb.h"
#include "token/session.h"

namespace signet::token {

/// Deletes the key that `request` names, or all certificates with its value, of which there may be none.
/// `session` is read/write and logged in. Throws TokenError: KEY_GONE if the handle is none of a key with
/// this CKA_ID, NOT_LOGGED_IN if only a login could tell.
void destroy(const Session& session, const protocol::Destroy& request);

}  // namespace signet::token
