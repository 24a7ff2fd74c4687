#include "client/commands/file_suffix.h"

#include <utility>

namespace signet::client::commands {

std::optional<std::string> without_suffix(const std::string& path, std::string_view suffix) {
    const std::string_view name = std::string_view(path).substr(path.rfind('/') + 1);
    if (name.size() <= suffix.size() || !name.ends_with(suffix))
        return std::nullopt;
    return path.substr(0, path.size() - suffix.size());
}

std::string signed_file(const CommandOptions& options, const std::string& signature) {
    auto content = without_suffix(signature, signature_suffix);
    if (!content)
        throw options.usage_error("the signature is detached: name the file that it is for");
    return *std::move(content);
}

}  // namespace signet::client::commands
