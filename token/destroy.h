// Objects that are deleted (PKCS#11 2.40, section 5.7).
#pragma once

#include "token/protocol/token.pb.h"
#include "token/session.h"

namespace signet::token {

/// Deletes the key that `request` names and describes, or each certificate with the value in it. `session` is
/// read/write and logged in. Throws TokenError; KEY_GONE if the key is not there, or is another.
void destroy(const Session& session, const protocol::Destroy& request);

}  // namespace signet::token
