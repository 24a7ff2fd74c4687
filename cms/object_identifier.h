// Object identifiers as text (X.660).
#pragma once

#include <string_view>

namespace signet::cms {

/// Whether `text` is an object identifier in dotted decimal as OpenSSL writes it, so that equal ones compare
/// equal: two numbers and more, none with a zero before it, the first at most 2, and the second at most 39
/// where the first is 0 or 1.
[[nodiscard]] bool is_object_identifier(std::string_view text) noexcept;

}  // namespace signet::cms
