// Characters out of UTF-8 (RFC 3629).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace signet::client {

struct CodePoint {
    std::uint32_t value;
    /// Bytes that it takes; 0 if `text` does not start with UTF-8.
    std::size_t size;
};

/// The character that `text` (not empty) starts with. Overlong forms, surrogates and values above U+10FFFF
/// are not UTF-8.
[[nodiscard]] CodePoint first_code_point(std::string_view text) noexcept;

/// Whether all of `text` is UTF-8.
[[nodiscard]] bool is_utf8(std::string_view text) noexcept;

}  // namespace signet::client
