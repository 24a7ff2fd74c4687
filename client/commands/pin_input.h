// A PIN from a pipe or a terminal.
#pragma once

#include <cstddef>
#include <string>

#include "secret/secret.h"

namespace signet::client::commands {

/// Bytes of a PIN, at most; no token known takes more.
inline constexpr std::size_t max_pin_size = 255;

/// Reads one line, without its newline, from `descriptor`, and nothing after it. At a terminal it prints
/// `name`, with a capital letter and a colon, on stderr and does not echo; a signal restores the echo before
/// it ends the process. Throws Error(5) if there is no PIN or it is too long, Error(9) if it cannot be read.
[[nodiscard]] Secret read_pin(int descriptor, const std::string& name = "PIN");

}  // namespace signet::client::commands
