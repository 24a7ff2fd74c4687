// Objects that are deleted (PKCS#11 2.40, section 5.7).
#pragma once

#include "token/protocol/token.pb.h"
#include "token/session.h"

namespace signet::token {

/// Deletes the object that `request` names; does nothing if it is not there. `session` is read/write and
/// logged in. Throws TokenError.
void destroy(const Session& session, const protocol::Destroy& request);

}  // namespace signet::token
