// Questions before something is destroyed.
#pragma once

#include <string>

namespace signet::client::commands {

/// Whether a person can be asked: standard input is a terminal.
[[nodiscard]] bool can_ask() noexcept;

/// Prints `question` to stderr and reads a line from standard input: whether it is `answer`. Throws Error(9)
/// if it cannot be read.
[[nodiscard]] bool confirms(const std::string& question, const std::string& answer);

}  // namespace signet::client::commands
