// The commands of `signet token`: what follows their name in, the exit status out. Each throws Error.
#pragma once

#include "client/commands/program.h"

namespace signet::client::commands {

ExitStatus token_keygen(const Arguments& arguments);

}  // namespace signet::client::commands
