#include "cms/asn1/content_writer.h"

#include <algorithm>
#include <array>
#include <utility>

#include "cms/error.h"

namespace signet::cms::asn1 {
namespace {

constexpr std::size_t segment_size = std::size_t{64} * 1024;
constexpr std::uint8_t indefinite = 0x80;
constexpr std::uint8_t constructed = 0x20;
constexpr std::array<std::uint8_t, 2> end_of_contents{};

[[noreturn]] void throw_other_size() {
    throw Error(ErrorCode::failed, "the content is not as long as it was");
}

/// Heads and what is before the content, in the order in which they are written.
Bytes definite_start(const std::vector<Enclosure>& enclosures, Tag string, std::uint64_t size) {
    std::vector<Bytes> starts{header(string, size)};
    std::uint64_t inside = starts.front().size() + size;
    for (auto enclosure = enclosures.rbegin(); enclosure != enclosures.rend(); ++enclosure) {
        inside += enclosure->before.size() + enclosure->after.size();
        Bytes start = header(enclosure->tag, inside);
        inside += start.size();
        append(start, enclosure->before);
        starts.push_back(std::move(start));
    }
    Bytes out;
    for (auto start = starts.rbegin(); start != starts.rend(); ++start)
        append(out, *start);
    return out;
}

Bytes indefinite_start(const std::vector<Enclosure>& enclosures, Tag string) {
    Bytes out;
    for (const Enclosure& enclosure : enclosures) {
        append(out, Bytes{static_cast<std::uint8_t>(enclosure.tag), indefinite});
        append(out, enclosure.before);
    }
    append(out,
           Bytes{static_cast<std::uint8_t>(static_cast<std::uint8_t>(string) | constructed), indefinite});
    return out;
}

}  // namespace

ContentWriter::ContentWriter(ByteSink sink, std::vector<Enclosure> enclosures, Tag string,
                             std::optional<std::uint64_t> size)
    : m_sink(std::move(sink)), m_enclosures(std::move(enclosures)), m_left(size) {
    m_sink(size ? definite_start(m_enclosures, string, *size) : indefinite_start(m_enclosures, string));
}

void ContentWriter::write_segment() {
    m_sink(header(Tag::octet_string, m_segment.size()));
    m_sink(m_segment);
    m_segment.clear();
}

void ContentWriter::update(BytesView piece) {
    if (is_definite()) {
        if (piece.size() > *m_left)
            throw_other_size();
        *m_left -= piece.size();
        if (!piece.empty())
            m_sink(piece);
        return;
    }
    while (!piece.empty()) {
        const BytesView taken = piece.first(std::min(piece.size(), segment_size - m_segment.size()));
        append(m_segment, taken);
        piece = piece.subspan(taken.size());
        if (m_segment.size() == segment_size)
            write_segment();
    }
}

void ContentWriter::set_after(std::size_t index, Bytes after) {
    Bytes& before = m_enclosures.at(index).after;
    if (after.size() != before.size())
        throw Error(ErrorCode::failed, "a part of another size than was announced");
    before = std::move(after);
}

void ContentWriter::finish() {
    if (is_definite() && *m_left != 0)
        throw_other_size();
    if (!m_segment.empty())
        write_segment();
    Bytes out;
    if (!is_definite())
        append(out, end_of_contents);
    for (auto enclosure = m_enclosures.rbegin(); enclosure != m_enclosures.rend(); ++enclosure) {
        append(out, enclosure->after);
        if (!is_definite())
            append(out, end_of_contents);
    }
    if (!out.empty())
        m_sink(out);
}

}  // namespace signet::cms::asn1
