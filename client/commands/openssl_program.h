// The frame of programs that use OpenSSL.
#pragma once

#include "client/commands/program.h"

namespace signet::client::commands {

/// run_program with OpenSSL set up first, without its configuration file.
int run_openssl_program(const std::function<ExitStatus()>& body) noexcept;

}  // namespace signet::client::commands
