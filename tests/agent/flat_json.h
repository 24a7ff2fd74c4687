// A strict reader of one JSON object (RFC 8259) whose members are strings and whole numbers.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace signet::tests {

/// Members by name; a number as its digits. Throws std::runtime_error for anything else than such an object:
/// control characters, raw or unknown escapes, bytes that are no UTF-8, a name twice, bytes that follow.
[[nodiscard]] std::map<std::string, std::string> read_flat_json(std::string_view text);

/// The lines of `text`. Throws std::runtime_error if the last one is not ended.
[[nodiscard]] std::vector<std::string> lines_of(std::string_view text);

}  // namespace signet::tests
