// Text on its way to and from pinentry: what a person is shown, and the escapes of Assuan.
#pragma once

#include "secret/secret.h"

#include <cstddef>
#include <string>
#include <string_view>

namespace signet::agent::pin {

/// Bytes of an escaped argument, at most; a line of Assuan has 1000 with its command.
inline constexpr std::size_t max_assuan_argument = 900;

/// `text` as an argument of an Assuan command that shows it. Control characters (newlines too, unless
/// `keep_newlines`), characters that change the direction of text, and bytes that are no UTF-8 become '?';
/// '%' and newlines are escaped; the result is cut to max_assuan_argument at a character.
[[nodiscard]] std::string shown_text(std::string_view text, bool keep_newlines);

/// Whether a client's value may go into pinentry's environment and options.
[[nodiscard]] bool is_plain_value(std::string_view value) noexcept;

/// Appends the bytes that the data of a D line stands for to `data` at `size`, and returns the new size.
/// Throws Error(PIN_UNAVAILABLE) for a broken escape, or if `data` is too small.
[[nodiscard]] std::size_t append_unescaped(std::string_view escaped, Secret& data, std::size_t size);

}  // namespace signet::agent::pin
