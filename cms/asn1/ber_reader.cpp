#include "cms/asn1/ber_reader.h"

#include <algorithm>
#include <initializer_list>
#include <utility>

#include "cms/error.h"

namespace signet::cms::asn1 {
namespace {

constexpr std::uint64_t max_number = std::numeric_limits<std::int64_t>::max();
constexpr std::uint8_t high_tag = 0x1F;
constexpr std::uint8_t indefinite_length = 0x80;
constexpr std::uint8_t reserved_length = 0xFF;
constexpr std::size_t smallest_buffer = 4096;

constexpr std::uint32_t bits(std::initializer_list<unsigned> numbers) {
    std::uint32_t mask = 0;
    for (const unsigned number : numbers)
        mask |= 1U << number;
    return mask;
}
// BOOLEAN, INTEGER, NULL, OBJECT IDENTIFIER, REAL, ENUMERATED, RELATIVE-OID.
constexpr std::uint32_t primitive_types = bits({1, 2, 5, 6, 9, 10, 13});
// EXTERNAL, EMBEDDED PDV, SEQUENCE, SET.
constexpr std::uint32_t constructed_types = bits({8, 11, 16, 17});

/// Whether this universal type may be encoded so (X.690 sections 8.2 to 8.18); of others nobody knows.
bool is_possible(std::uint8_t identifier) noexcept {
    constexpr std::uint8_t class_bits = 0xC0;
    constexpr std::uint8_t constructed_bit = 0x20;
    if ((identifier & class_bits) != 0)
        return true;
    const std::uint32_t type = 1U << (identifier & high_tag);
    return (type & ((identifier & constructed_bit) != 0 ? primitive_types : constructed_types)) == 0;
}

}  // namespace

BerReader::BerReader(ByteSource source, std::string what)
    : m_source(std::move(source)), m_what(std::move(what)), m_buffer(smallest_buffer) {}

void BerReader::fail() const {
    throw Error(ErrorCode::malformed, "malformed " + m_what);
}

void BerReader::fail_above(std::size_t limit) const {
    throw Error(ErrorCode::malformed, m_what + " with a part above " + std::to_string(limit) + " bytes");
}

/// Whether there is a byte in the buffer now.
bool BerReader::fill() {
    if (m_next < m_filled)
        return true;
    if (m_ended)
        return false;
    // Most messages are small, and a large one comes in whole buffers.
    if (m_filled == m_buffer.size() && m_buffer.size() < max_piece)
        m_buffer.resize(max_piece);
    m_next = 0;
    m_filled = 0;
    m_filled = std::min(m_source(m_buffer), m_buffer.size());
    m_ended = m_filled == 0;
    return !m_ended;
}

std::uint8_t BerReader::take(Head& head) {
    if (m_position >= m_frames.back().end || !fill())
        fail();
    const std::uint8_t octet = m_buffer[m_next++];
    ++m_position;
    head.octets[head.size++] = octet;
    return octet;
}

// X.690 section 8.1.2. End-of-contents octets are at_end()'s: here they stand where nothing ends.
void BerReader::read_identifier(Head& head) {
    head.identifier = take(head);
    if (head.identifier == 0)
        fail();
    if ((head.identifier & high_tag) != high_tag)
        return;
    std::uint64_t number = 0;
    for (bool more = true; more;) {
        const std::uint8_t octet = take(head);
        if ((number == 0 && octet == 0x80) || number > max_number >> 7U)
            fail();
        number = number << 7U | (octet & 0x7FU);
        more = (octet & 0x80U) != 0;
    }
    if (number < high_tag)
        fail();
}

// X.690 section 8.1.3: BER allows leading zeros.
void BerReader::read_length(Head& head) {
    const std::uint8_t first = take(head);
    if (first == indefinite_length) {
        if (!head.is_constructed())
            fail();
        head.indefinite = true;
        return;
    }
    if (first == reserved_length)
        fail();
    head.length = first;
    if (first > indefinite_length) {
        head.length = 0;
        for (unsigned octets = first & 0x7FU; octets > 0; --octets) {
            if (head.length > max_number >> 8U)
                fail();
            head.length = head.length << 8U | take(head);
        }
    }
    if (head.length > m_frames.back().end - m_position)
        fail();
}

void BerReader::read_head() {
    Head head;
    read_identifier(head);
    read_length(head);
    m_head = head;
}

const BerReader::Head& BerReader::peek() {
    if (!m_head) {
        if (at_end())
            fail();
        read_head();
    }
    return *m_head;
}

BerReader::Head BerReader::take_head() {
    const Head head = peek();
    m_head.reset();
    return head;
}

bool BerReader::at_end() {
    if (m_head)
        return false;
    const Frame& frame = m_frames.back();
    if (m_frames.size() == 1)
        return !fill();
    if (!frame.indefinite)
        return m_position == frame.end;
    if (m_position >= frame.end || !fill())
        fail();
    return m_buffer[m_next] == 0;
}

bool BerReader::next_is(Tag tag) {
    return !at_end() && peek().identifier == static_cast<std::uint8_t>(tag);
}

bool BerReader::next_is_string(Tag tag) {
    return !at_end() && peek().is_primitive_or_constructed(tag);
}

void BerReader::push(const Head& head) {
    if (m_frames.size() > max_depth)
        fail();
    m_frames.push_back({head.indefinite ? m_frames.back().end : m_position + head.length, head.indefinite});
}

void BerReader::enter(Tag tag) {
    if (!next_is(tag) || !peek().is_constructed())
        fail();
    push(take_head());
}

void BerReader::leave() {
    if (m_frames.size() == 1 || !at_end())
        fail();
    if (m_frames.back().indefinite) {
        Head end_of_contents;
        if (take(end_of_contents) != 0 || take(end_of_contents) != 0)
            fail();
    }
    m_frames.pop_back();
}

void BerReader::finish() {
    if (m_frames.size() != 1 || !at_end())
        fail();
}

void BerReader::deliver(std::uint64_t length, const ByteSink& sink) {
    while (length > 0) {
        if (!fill())
            fail();
        const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(length, m_filled - m_next));
        const BytesView piece(m_buffer.data() + m_next, count);
        m_next += count;
        m_position += count;
        length -= count;
        sink(piece);
    }
}

Bytes BerReader::element(std::size_t limit) {
    Bytes out;
    const auto append_head = [&](const Head& head) {
        if (head.size > limit - out.size())
            fail_above(limit);
        append(out, {head.octets.data(), head.size});
    };
    const std::size_t outside = m_frames.size();
    do {
        if (m_frames.size() > outside && at_end()) {
            // What leave() takes besides.
            const std::size_t end_of_contents = m_frames.back().indefinite ? 2 : 0;
            if (limit - out.size() < end_of_contents)
                fail_above(limit);
            leave();
            out.insert(out.end(), end_of_contents, 0);
            continue;
        }
        const Head head = take_head();
        if (!is_possible(head.identifier))
            fail();
        append_head(head);
        if (head.length > limit - out.size())
            fail_above(limit);
        if (head.is_constructed())
            push(head);
        else
            deliver(head.length, appending_to(out));
    } while (m_frames.size() > outside);
    return out;
}

Bytes BerReader::element(Tag tag, std::size_t limit) {
    if (!next_is(tag))
        fail();
    return element(limit);
}

Bytes BerReader::element_if(Tag tag, std::size_t limit) {
    return next_is(tag) ? element(limit) : Bytes{};
}

void BerReader::octets(Tag tag, const ByteSink& sink) {
    if (!next_is_string(tag))
        fail();
    const std::size_t outside = m_frames.size();
    do {
        if (m_frames.size() > outside && at_end()) {
            leave();
            continue;
        }
        const Head& next = peek();
        if (m_frames.size() > outside && !next.is_primitive_or_constructed(Tag::octet_string))
            fail();
        const Head head = take_head();
        if (head.is_constructed())
            push(head);
        else
            deliver(head.length, sink);
    } while (m_frames.size() > outside);
}

Bytes BerReader::octets(Tag tag, std::size_t limit) {
    Bytes out;
    octets(tag, [&](BytesView piece) {
        if (piece.size() > limit - out.size())
            fail_above(limit);
        append(out, piece);
    });
    return out;
}

}  // namespace signet::cms::asn1
