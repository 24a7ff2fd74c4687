// Where a command's message comes from and where its result goes.
#pragma once

#include "client/commands/command_options.h"

#include <string>
#include <string_view>

namespace signet::client::mail {

/// The one operand, else "-": standard input.
[[nodiscard]] std::string message_source(const commands::ParsedArguments& arguments);

/// What -o names, else "-": standard output.
[[nodiscard]] std::string output_of(const commands::ParsedArguments& arguments);

/// All of `source`. Throws client::Error(9) if it cannot be read, Error(malformed) if it is larger than
/// max_message_size, before more is allocated.
[[nodiscard]] std::string read_message(const std::string& source);

/// Writes `message` to `path`, readable by its owner alone. First `report`, unless it is empty, goes to
/// standard output: a file is there only if that could be written, too. Throws as OutputStream and
/// commands::print.
void write_result(const std::string& path, std::string_view message, const std::string& report);

}  // namespace signet::client::mail
