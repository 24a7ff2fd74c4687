// Object identifiers as text (X.660).
#pragma once

#include <cstddef>
#include <string_view>

namespace signet::cms {

/// Characters of one in dotted decimal, at most: to make its DER costs more than twice as much for twice as
/// many.
inline constexpr std::size_t max_object_identifier = 256;

/// Whether `text` is an object identifier in dotted decimal as OpenSSL writes it, so that equal ones compare
/// equal: at most max_object_identifier characters, two numbers and more, none with a zero before it, the
/// first at most 2, and the second at most 39 where the first is 0 or 1.
[[nodiscard]] bool is_object_identifier(std::string_view text) noexcept;

}  // namespace signet::cms
