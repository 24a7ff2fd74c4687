#include "client/commands/commitment_types.h"

#include <array>
#include <utility>

namespace signet::client::commands {

namespace {

constexpr std::array<std::pair<std::string_view, std::string_view>, 6> commitments{{
    {"proof-of-origin", "1.2.840.113549.1.9.16.6.1"},
    {"proof-of-receipt", "1.2.840.113549.1.9.16.6.2"},
    {"proof-of-delivery", "1.2.840.113549.1.9.16.6.3"},
    {"proof-of-sender", "1.2.840.113549.1.9.16.6.4"},
    {"proof-of-approval", "1.2.840.113549.1.9.16.6.5"},
    {"proof-of-creation", "1.2.840.113549.1.9.16.6.6"},
}};

}  // namespace

std::optional<std::string> commitment_from_name(std::string_view name) {
    for (const auto& [known, identifier] : commitments)
        if (known == name)
            return std::string(identifier);
    return std::nullopt;
}

std::string commitment_name(const std::string& identifier) {
    for (const auto& [name, known] : commitments)
        if (known == identifier)
            return std::string(name);
    return identifier;
}

}  // namespace signet::client::commands
