// The names of files that a command makes beside others: report.txt, report.txt.p7s.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "client/commands/command_options.h"

namespace signet::client::commands {

/// `path` without `suffix` at its end; nothing if its last component does not end in it or is nothing else.
std::optional<std::string> without_suffix(const std::string& path, std::string_view suffix);

inline constexpr std::string_view signature_suffix = ".p7s";

/// The file that the detached signature in `signature` is over: its name without signature_suffix. Throws
/// Error(2) if it has none.
std::string signed_file(const CommandOptions& options, const std::string& signature);

}  // namespace signet::client::commands
