// The PIN of a key that asks for it at each use (CKA_ALWAYS_AUTHENTICATE).
#pragma once

#include "secret/secret.h"

#include <cstdint>
#include <optional>

namespace signet::agent {

struct ContextPin {
    /// None: it is entered at the token's PIN pad.
    std::optional<Secret> pin{};
    /// A person entered it, or will, and knows.
    bool may_be_last_try = false;
    /// The token has taken it before, and it is kept since.
    bool confirmed = false;
    /// How often PINs had been forgotten when it was found (Logins::context_pin).
    std::uint64_t forgotten = 0;
};

}  // namespace signet::agent
