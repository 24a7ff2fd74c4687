// Commands by their names, as a program or one of its commands offers them.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "client/commands/program.h"

namespace signet::client::commands {

struct Command {
    std::string_view name;
    /// In a few words, for the list of them.
    std::string_view summary;
    /// With the arguments after the name. Throws Error.
    ExitStatus (*run)(const Arguments& arguments);
};

/// Lines for --help: the names, the summaries from column `column` on, which is beyond the longest name.
[[nodiscard]] std::string list_of(std::span<const Command> commands, std::size_t column);

/// The one called `name`; null if there is none. Throws nothing.
[[nodiscard]] const Command* find(std::span<const Command> commands, std::string_view name) noexcept;

}  // namespace signet::client::commands
