#include "client/commands/file_suffix.h"

namespace signet::client::commands {

std::optional<std::string> without_suffix(const std::string& path, std::string_view suffix) {
    const std::string_view name = std::string_view(path).substr(path.rfind('/') + 1);
    if (name.size() <= suffix.size() || !name.ends_with(suffix))
        return std::nullopt;
    return path.substr(0, path.size() - suffix.size());
}

}  // namespace signet::client::commands
