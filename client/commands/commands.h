// The commands that `signet` does itself: what follows the name in, the exit status out. Each throws Error.
#pragma once

#include "client/commands/program.h"

namespace signet::client::commands {

ExitStatus list(const Arguments& arguments);
ExitStatus status(const Arguments& arguments);
ExitStatus unlock(const Arguments& arguments);
ExitStatus lock(const Arguments& arguments);
/// With --attached, it becomes signet-cms.
ExitStatus sign(const Arguments& arguments);
/// `signet token COMMAND`.
ExitStatus token(const Arguments& arguments);
ExitStatus version(const Arguments& arguments);

/// Runs the command that `arguments` (all of the program's) start with; also --help, --version and
/// help. Those on CMS and on mail are done by programs of their own, which the process becomes.
/// Throws Error(2) if there is none.
ExitStatus run_command(const Arguments& arguments);

}  // namespace signet::client::commands
