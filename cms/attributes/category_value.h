// What a category of a security label says, in the forms that policies use (RFC 2634 section 3.2).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "cms/bytes.h"

namespace signet::cms {

// Bounds of our own.
inline constexpr std::uint32_t max_category_bit = 255;
inline constexpr std::size_t max_category_size = std::size_t{64} * 1024;

/// SEQUENCE OF UTF8String (RFC 3114 section 2.3); read also from one UTF8String or PrintableString.
struct CategoryTexts {
    std::vector<std::string> texts;
    bool operator==(const CategoryTexts&) const = default;
};
/// INTEGER or ENUMERATED.
struct CategoryNumber {
    std::int64_t number = 0;
    bool enumerated = false;
    bool operator==(const CategoryNumber&) const = default;
};
/// BIT STRING: those that are set, in order, each once.
struct CategoryBits {
    std::vector<std::uint32_t> bits;
    bool operator==(const CategoryBits&) const = default;
};
/// DER of any other form.
using OtherCategory = Bytes;
using CategoryValue = std::variant<CategoryTexts, CategoryNumber, CategoryBits, OtherCategory>;

/// DER. Throws Error(failed) for a bit above max_category_bit, and for an OtherCategory that is not one whole
/// element, DER throughout (asn1::is_der), or above max_category_size.
[[nodiscard]] Bytes encode_category_value(const CategoryValue& value);

/// What the DER or BER of one element says; an OtherCategory where that is none of the forms, is no UTF-8 or
/// has a NUL, or is above the bounds.
[[nodiscard]] CategoryValue read_category_value(BytesView encoding);

}  // namespace signet::cms
