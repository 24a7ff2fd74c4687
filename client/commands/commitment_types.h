// What a signer may commit to by signing (RFC 5126 section 5.11.1), by the names that people use.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace signet::client::commands {

/// The object identifier (dotted decimal) of "proof-of-origin" and the like; none for another name.
[[nodiscard]] std::optional<std::string> commitment_from_name(std::string_view name);

/// The name of an object identifier; of one that has none, itself.
[[nodiscard]] std::string commitment_name(const std::string& identifier);

}  // namespace signet::client::commands
