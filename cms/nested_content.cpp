#include "cms/nested_content.h"

#include "cms/algorithm_identifier.h"
#include "cms/asn1/ber_reader.h"
#include "cms/asn1/content_info.h"
#include "cms/asn1/der.h"
#include "cms/byte_stream.h"
#include "cms/error.h"

namespace signet::cms {
namespace {

constexpr std::uint8_t object_identifier_tag = 0x06;

/// ContentInfo begins with an object identifier, every type that it can hold with a version.
bool is_content_info(BytesView content) noexcept {
    if (!begins_as_sequence(content) || content.size() < 2)
        return false;
    const std::size_t length_octets = content[1] > 0x80 ? content[1] & 0x7fU : 0;
    const std::size_t first = 2 + length_octets;
    return first < content.size() && content[first] == object_identifier_tag;
}

}  // namespace

Bytes as_content_info(const std::string& content_type, BytesView content) {
    if (is_content_info(content))
        return {content.begin(), content.end()};
    return asn1::tlv(asn1::Tag::sequence,
                     {asn1::object_identifier(content_type), asn1::tlv(asn1::context(0), {content})});
}

std::string content_type_of(BytesView message) {
    asn1::BerReader reader(memory_source(message), "ContentInfo");
    try {
        reader.enter(asn1::Tag::sequence);
        return object_text(*asn1::read_content_type(reader));
    } catch (const Error&) {
        return {};
    }
}

bool begins_as_sequence(BytesView content) noexcept {
    return !content.empty() && content.front() == static_cast<std::uint8_t>(asn1::Tag::sequence);
}

}  // namespace signet::cms
