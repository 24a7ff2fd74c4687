// The user PIN is changed (PKCS#11 2.40, section 5.6).
#pragma once

#include "token/protocol/token.pb.h"
#include "token/session.h"

namespace signet::token {

/// Calls C_SetPIN once, whatever it answers: it may have cost a try. `session` is read/write. Throws
/// TokenError.
void set_pin(const Session& session, protocol::SetPin& request);

}  // namespace signet::token
