// Where a command's message comes from and where its result goes.
#pragma once

#include "client/commands/command_options.h"

#include <string>

namespace signet::client::mail {

/// The one operand, else "-": standard input.
[[nodiscard]] std::string message_source(const commands::ParsedArguments& arguments);

/// What -o names, else "-": standard output.
[[nodiscard]] std::string output_of(const commands::ParsedArguments& arguments);

/// All of `source`. Throws client::Error(9) if it cannot be read, Error(malformed) if it is larger than
/// max_message_size, before more is allocated.
[[nodiscard]] std::string read_message(const std::string& source);

/// The message as error lines call it.
[[nodiscard]] std::string name_of_message(const std::string& source);

}  // namespace signet::client::mail
