#include "cms/nested_content.h"

#include "cms/algorithm_identifier.h"
#include "cms/asn1/ber_reader.h"
#include "cms/asn1/content_info.h"
#include "cms/asn1/der.h"
#include "cms/error.h"

#include <algorithm>
#include <span>
#include <utility>

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

/// `first`, then `second`, then `third`.
ByteSource between(Bytes first, ByteSource second, Bytes third) {
    return [first = std::move(first), second = std::move(second), third = std::move(third),
            before = std::size_t{0}, behind = std::size_t{0}](std::span<std::uint8_t> buffer) mutable {
        const auto take = [buffer](const Bytes& from, std::size_t& next) {
            const std::size_t count = std::min(from.size() - next, buffer.size());
            std::copy_n(from.data() + next, count, buffer.data());
            next += count;
            return count;
        };
        if (before < first.size())
            return take(first, before);
        const std::size_t count = behind == 0 ? second(buffer) : 0;
        return count != 0 ? count : take(third, behind);
    };
}

}  // namespace

Bytes as_content_info(const std::string& content_type, BytesView content) {
    if (is_content_info(content))
        return {content.begin(), content.end()};
    return asn1::tlv(asn1::Tag::sequence,
                     {asn1::object_identifier(content_type), asn1::tlv(asn1::context(0), {content})});
}

ByteSource as_content_info(const std::string& content_type, ByteSource content) {
    Bytes head{0x30, 0x80};
    asn1::append(head, asn1::object_identifier(content_type));
    asn1::append(head, Bytes{0xA0, 0x80});
    return between(std::move(head), std::move(content), Bytes(4));
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
