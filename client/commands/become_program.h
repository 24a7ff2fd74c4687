// What a command of another program's is done by.
#pragma once

#include <string>

#include "client/commands/program.h"

namespace signet::client::commands {

/// Becomes the program `name`, which lies beside this one or where the installation puts it, with
/// `arguments`. Returns only by Error(9).
[[noreturn]] void become_program(const std::string& name, const Arguments& arguments);

/// Becomes signet-cms with its command `command`: loading OpenSSL takes longer than all that the commands do
/// that need none. Returns only by Error(9).
[[noreturn]] void become_cms(const std::string& command, Arguments arguments);

}  // namespace signet::client::commands
