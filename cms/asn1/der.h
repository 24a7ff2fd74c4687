// Writes DER (X.690) from pieces that are DER already. Structures that are foreign are parsed with the
// templates; our own are written with this, because most of their pieces are constant.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <vector>

#include "cms/bytes.h"

namespace signet::cms::asn1 {

/// The identifier octet, for tag numbers below 31.
enum class Tag : std::uint8_t {
    integer = 0x02,
    bit_string = 0x03,
    octet_string = 0x04,
    null = 0x05,
    object_identifier = 0x06,
    utf8_string = 0x0C,
    printable_string = 0x13,
    utc_time = 0x17,
    generalized_time = 0x18,
    sequence = 0x30,
    set = 0x31,
};

/// [number] around a structure.
constexpr Tag context(unsigned number) {
    return static_cast<Tag>(0xA0U | number);
}
/// [number] IMPLICIT on a primitive type.
constexpr Tag context_primitive(unsigned number) {
    return static_cast<Tag>(0x80U | number);
}

/// Tag and length octets for `size` bytes of contents.
Bytes header(Tag tag, std::size_t size);
/// Tag, length, and the parts one after the other.
Bytes tlv(Tag tag, std::initializer_list<BytesView> parts);
/// A SET OF under `tag`: the elements in DER order (X.690 section 11.6), equal ones once.
Bytes set_of(Tag tag, std::vector<BytesView> elements);
/// A non-negative INTEGER.
Bytes integer(std::uint32_t value);
/// OBJECT IDENTIFIER of one of OpenSSL's NIDs. Throws Error(failed) for a NID without one.
Bytes object_identifier(int nid);
/// OBJECT IDENTIFIER from dotted decimal. Throws Error(failed) if it is none, or above
/// max_object_identifier_size.
Bytes object_identifier(const std::string& dotted);
inline constexpr std::size_t max_object_identifier_size = 128;

/// `piece` at the end of `to`.
void append(Bytes& to, BytesView piece);

}  // namespace signet::cms::asn1
