// The commands of `signet token`: what follows their name in, the exit status out. Each throws Error.
#pragma once

#include "client/commands/program.h"

namespace signet::client::commands {

ExitStatus token_init(const Arguments& arguments);
ExitStatus token_keygen(const Arguments& arguments);
ExitStatus token_change_pin(const Arguments& arguments);
ExitStatus token_delete(const Arguments& arguments);

}  // namespace signet::client::commands
