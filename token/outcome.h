// What the agent shall think of a return value of the module.
#pragma once

#include "token/ckr.h"
#include "token/protocol/token.pb.h"

namespace signet::token {

/// Which call answered. The same value means something else when the call was given bytes of a stranger.
enum class CallKind {
    /// Everything else.
    ordinary,
    /// C_Decrypt or C_DeriveKey, given somebody's ciphertext or point, on a session that still answers.
    foreign_input,
};

/// The outcome that stands for `ckr`. The only place where this is decided.
protocol::Outcome outcome_of(Ckr ckr, CallKind kind) noexcept;

}  // namespace signet::token
