// Every command of `signet`: what follows its name in, the exit status out. Each throws Error.
#pragma once

#include "client/commands/program.h"

namespace signet::client::commands {

ExitStatus list(const Arguments& arguments);
ExitStatus status(const Arguments& arguments);
ExitStatus unlock(const Arguments& arguments);
ExitStatus lock(const Arguments& arguments);
/// The last thing that its process may do with OpenSSL: see sign.cpp.
ExitStatus sign(const Arguments& arguments);
ExitStatus verify(const Arguments& arguments);
ExitStatus encrypt(const Arguments& arguments);
ExitStatus decrypt(const Arguments& arguments);
/// Becomes signet-mail; returns only by Error.
ExitStatus mail(const Arguments& arguments);
ExitStatus version(const Arguments& arguments);

/// Runs the command that `arguments` (all of the program's) start with; also --help, --version and help.
/// Throws Error(2) if there is none.
ExitStatus run_command(const Arguments& arguments);

}  // namespace signet::client::commands
