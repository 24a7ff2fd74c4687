// The names of files that a command makes beside others: report.txt, report.txt.p7s.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace signet::client::commands {

/// `path` without `suffix` at its end; nothing if its last component does not end in it or is nothing else.
std::optional<std::string> without_suffix(const std::string& path, std::string_view suffix);

}  // namespace signet::client::commands
