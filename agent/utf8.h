// Characters of UTF-8 (RFC 3629), for text from elsewhere that a person will read.
#pragma once

#include <cstddef>
#include <string_view>

namespace signet::agent {

struct Character {
    char32_t value = 0;
    /// Bytes that it takes; 0 if the text begins with none.
    std::size_t size = 0;
};

/// The character that `text` begins with: strict, so no overlong form, surrogate or value above U+10FFFF.
[[nodiscard]] Character first_character(std::string_view text) noexcept;

/// Controls, and what makes a text show in another order, or elsewhere, than it is written.
[[nodiscard]] bool is_deceptive(char32_t character) noexcept;

}  // namespace signet::agent
