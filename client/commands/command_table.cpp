#include "client/commands/command_table.h"

#include <algorithm>

namespace signet::client::commands {

std::string list_of(std::span<const Command> commands, std::size_t column) {
    std::string text;
    for (const Command& command : commands) {
        std::string line = "  ";
        line += command.name;
        line.resize(column, ' ');
        line += command.summary;
        text += line + '\n';
    }
    return text;
}

const Command* find(std::span<const Command> commands, std::string_view name) noexcept {
    const auto place = std::find_if(commands.begin(), commands.end(),
                                    [name](const Command& command) { return command.name == name; });
    return place == commands.end() ? nullptr : &*place;
}

}  // namespace signet::client::commands
