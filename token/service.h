// The life of signet-token.
#pragma once

#include "token/channel.h"

namespace signet::token {

/// Waits for Load, then runs the workers until the agent is gone, finalises the module and leaves the process
/// with _exit: many modules crash in exit handlers. What hangs in the module then is given a few seconds.
/// Call it from the main thread.
[[noreturn]] void serve(const Channel& channel);

}  // namespace signet::token
