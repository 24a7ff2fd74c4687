#include "cms/asn1/der_check.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "cms/asn1/ber_reader.h"

namespace signet::cms::asn1 {
namespace {

constexpr std::uint8_t high_bit = 0x80;
constexpr std::uint8_t constructed_bit = 0x20;
constexpr std::uint8_t class_bits = 0xC0;
constexpr std::uint32_t many_octets = 0x1F;

struct Element {
    /// Class (universal: 0) and number.
    std::uint8_t tag_class = 0;
    std::uint32_t number = 0;
    bool constructed = false;
    BytesView contents;
    BytesView whole;
};

/// Takes `count` octets from the front; none if there are fewer.
std::optional<BytesView> take(BytesView& rest, std::size_t count) {
    if (count > rest.size())
        return std::nullopt;
    const BytesView taken = rest.first(count);
    rest = rest.subspan(count);
    return taken;
}

/// X.690 section 8.1.2.4: no more octets than needed.
std::optional<std::uint32_t> take_long_number(BytesView& rest) {
    constexpr std::size_t max_octets = 4;
    std::uint32_t number = 0;
    for (std::size_t i = 0; i < max_octets; ++i) {
        const auto octet = take(rest, 1);
        if (!octet || (i == 0 && octet->front() == high_bit))
            return std::nullopt;
        number = number << 7U | (octet->front() & 0x7FU);
        if ((octet->front() & high_bit) == 0)
            return number < many_octets ? std::nullopt : std::optional(number);
    }
    return std::nullopt;
}

/// X.690 section 10.1: definite, no more octets than needed.
std::optional<std::size_t> take_length(BytesView& rest) {
    const auto first = take(rest, 1);
    if (!first || first->front() < high_bit)
        return first ? std::optional<std::size_t>(first->front()) : std::nullopt;
    const auto octets = take(rest, first->front() - high_bit);
    if (!octets || octets->empty() || octets->size() > sizeof(std::uint32_t) || octets->front() == 0)
        return std::nullopt;
    std::size_t length = 0;
    for (const std::uint8_t octet : *octets)
        length = length << 8U | octet;
    return length < high_bit ? std::nullopt : std::optional(length);
}

std::optional<Element> take_element(BytesView& rest) {
    const BytesView start = rest;
    Element element;
    const auto identifier = take(rest, 1);
    if (!identifier)
        return std::nullopt;
    element.tag_class = identifier->front() & class_bits;
    element.constructed = (identifier->front() & constructed_bit) != 0;
    element.number = identifier->front() & many_octets;
    if (element.number == many_octets) {
        const auto number = take_long_number(rest);
        if (!number)
            return std::nullopt;
        element.number = *number;
    }
    const auto length = take_length(rest);
    const auto contents = length ? take(rest, *length) : std::nullopt;
    if (!contents)
        return std::nullopt;
    element.contents = *contents;
    element.whole = start.first(start.size() - rest.size());
    return element;
}

/// X.690 section 8.3.2: the first nine bits are not alike.
bool is_integer(BytesView contents) {
    if (contents.size() < 2)
        return contents.size() == 1;
    const std::uint8_t filled = (contents[1] & high_bit) == 0 ? 0 : 0xFF;
    return contents[0] != filled;
}

/// X.690 sections 8.6.2 and 11.2.1: the unused bits are zero.
bool is_bit_string(BytesView contents) {
    if (contents.size() < 2)
        return contents.size() == 1 && contents[0] == 0;
    return contents[0] < 8 && (contents.back() & ((1U << contents[0]) - 1)) == 0;
}

/// X.690 sections 8.19.2 and 8.20.2: each subidentifier without zeros before it, and whole.
bool is_object_identifier(BytesView contents) {
    bool begins = true;
    for (const std::uint8_t octet : contents) {
        if (begins && octet == high_bit)
            return false;
        begins = (octet & high_bit) == 0;
    }
    return !contents.empty() && begins;
}

bool are_digits(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// X.690 sections 11.7 and 11.8: with seconds, to `whole_digits`, in UTC, without zeros that say nothing.
bool is_time(BytesView contents, std::size_t whole_digits, bool may_have_fraction) {
    std::string_view text = as_text(contents);
    if (text.size() <= whole_digits || text.back() != 'Z' || !are_digits(text.substr(0, whole_digits)))
        return false;
    text = text.substr(whole_digits, text.size() - whole_digits - 1);
    if (text.empty())
        return true;
    return may_have_fraction && text.size() > 1 && text.front() == '.' && text.back() != '0' &&
           are_digits(text.substr(1));
}

bool is_primitive_of(std::uint32_t number, BytesView contents) {
    switch (number) {
        case 1:  // BOOLEAN, section 11.1
            return contents.size() == 1 && (contents[0] == 0 || contents[0] == 0xFF);
        case 2:   // INTEGER
        case 10:  // ENUMERATED
            return is_integer(contents);
        case 3:
            return is_bit_string(contents);
        case 5:  // NULL
            return contents.empty();
        case 6:   // OBJECT IDENTIFIER
        case 13:  // RELATIVE-OID
            return is_object_identifier(contents);
        case 23:  // UTCTime
            return is_time(contents, 12, false);
        case 24:  // GeneralizedTime
            return is_time(contents, 14, true);
        default:
            return number != 0 && number != 15;
    }
}

/// EXTERNAL, EMBEDDED PDV, SEQUENCE, SET and CHARACTER STRING; nothing else is (section 10.2).
constexpr bool is_constructed_type(std::uint32_t number) {
    return number == 8 || number == 11 || number == 16 || number == 17 || number == 29;
}

constexpr std::uint32_t set_number = 17;

bool is_before(const Element& left, const Element& right) {
    return left.tag_class != right.tag_class ? left.tag_class < right.tag_class : left.number < right.number;
}

bool is_der(const Element& element, std::size_t depth);

bool are_der(BytesView rest, bool is_set, std::size_t depth) {
    if (depth > BerReader::max_depth)
        return false;
    bool by_tag = true;
    bool by_encoding = true;
    std::optional<Element> last;
    while (!rest.empty()) {
        const auto element = take_element(rest);
        if (!element || !is_der(*element, depth))
            return false;
        if (last) {
            by_tag = by_tag && is_before(*last, *element);
            by_encoding =
                by_encoding && !std::lexicographical_compare(element->whole.begin(), element->whole.end(),
                                                             last->whole.begin(), last->whole.end());
        }
        last = element;
    }
    return !is_set || by_tag || by_encoding;
}

bool is_der(const Element& element, std::size_t depth) {
    if (element.tag_class == 0) {
        if (element.constructed != is_constructed_type(element.number))
            return false;
        if (!element.constructed)
            return is_primitive_of(element.number, element.contents);
    }
    return !element.constructed ||
           are_der(element.contents, element.tag_class == 0 && element.number == set_number, depth + 1);
}

}  // namespace

bool is_der(BytesView encoding) noexcept {
    const auto element = take_element(encoding);
    return element && encoding.empty() && is_der(*element, 0);
}

}  // namespace signet::cms::asn1
