// Texts of attributes, which people are shown and which are compared.
#pragma once

#include <string_view>

namespace signet::cms {

/// Whether `text` is UTF-8 (RFC 3629) without a NUL.
[[nodiscard]] bool is_plain_utf8(std::string_view text) noexcept;

}  // namespace signet::cms
