// The frame of the programs `signet`, `signet-cms` and `signet-mail`: what is set up first, what is printed,
// how they end.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "client/error.h"

namespace signet::client::commands {

/// The arguments after the command's name.
using Arguments = std::vector<std::string>;

/// argv without the program's name.
[[nodiscard]] Arguments arguments_of(int argc, char** argv);

/// Runs `body` as the whole of a program: SIGPIPE and SIGXFSZ ignored, and every exception turned into its
/// line on stderr. Returns what main returns.
int run_program(const std::function<ExitStatus()>& body) noexcept;

/// Prints `text` to stdout at once. Throws BrokenPipe or Error(9).
void print(std::string_view text);

/// Prints `signet: warning: text` to stderr, in one printable line.
void warn(std::string_view text) noexcept;

/// Warns of each of `texts`.
void warn_all(const std::vector<std::string>& texts) noexcept;

}  // namespace signet::client::commands
