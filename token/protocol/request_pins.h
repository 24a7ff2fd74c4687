// The PINs in a request.
#pragma once

#include "token/protocol/token.pb.h"

namespace signet::token::protocol {

/// Overwrites and empties every PIN in `request`, which still has the fields. Whether there was one.
bool wipe_pins(Request& request) noexcept;

}  // namespace signet::token::protocol
