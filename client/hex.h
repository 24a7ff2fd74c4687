// Bytes as hexadecimal digits.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "cms/bytes.h"

namespace signet::client {

/// In lower case.
[[nodiscard]] std::string hex(std::string_view bytes);

/// The bytes of `digits`, two each, in either case; none if they are anything else.
[[nodiscard]] std::optional<cms::Bytes> from_hex(std::string_view digits);

}  // namespace signet::client
