// Reads BER (X.690 section 8), and so DER, as it comes: from a pipe as from memory, and in memory that does
// not grow with the content.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "cms/asn1/der.h"
#include "cms/byte_stream.h"

namespace signet::cms::asn1 {

/// Goes from element to element. Whatever is no BER, or not what a call asks for, is Error(malformed):
/// "malformed `what`". So are lengths from 2^63 on, a length beyond what it lies in, more than `max_depth`
/// constructed encodings within each other, and an input that ends early. Nothing is allocated for a length
/// that is only announced. Once a call has thrown, the reader is of no more use. One thread at a time.
class BerReader {
  public:
    /// Elements that may lie open within each other, constructed strings included.
    static constexpr std::size_t max_depth = 64;
    /// Bytes that a sink gets at once, at most.
    static constexpr std::size_t max_piece = std::size_t{64} * 1024;

    /// Reads nothing yet. Exceptions of `source` go to whoever calls.
    BerReader(ByteSource source, std::string what);

    /// Whether the element entered last, or outside of all the input, has nothing more.
    [[nodiscard]] bool at_end();
    /// Whether there is a next element and its identifier octet is `tag`.
    [[nodiscard]] bool next_is(Tag tag);
    /// The same for a string, which may be primitive or constructed: `tag` is the primitive one.
    [[nodiscard]] bool next_is_string(Tag tag);

    /// Goes into the next element, which must be `tag`, a constructed one.
    void enter(Tag tag);
    /// Goes out of the element entered last, which must be at its end.
    void leave();
    /// Nothing may follow: call when all is left.
    void finish();

    /// The next element as it came, BER or DER, all that is constructed in it looked through. Above `limit`
    /// bytes, Error(malformed) says so.
    [[nodiscard]] Bytes element(std::size_t limit);
    /// The same; it must be `tag`.
    [[nodiscard]] Bytes element(Tag tag, std::size_t limit);
    /// The same where there is a next element and it is `tag`; else empty.
    [[nodiscard]] Bytes element_if(Tag tag, std::size_t limit);
    /// The octets of the next element, an OCTET STRING under the primitive tag `tag`: primitive, or made of
    /// OCTET STRINGs within each other (X.690 section 8.7.3). In pieces of at most max_piece, none of them
    /// empty.
    void octets(Tag tag, const ByteSink& sink);
    /// The same, which must be at most `limit` bytes, in one.
    [[nodiscard]] Bytes octets(Tag tag, std::size_t limit);

  private:
    /// Identifier and length octets: 1 to 10, and 1 to 127.
    struct Head {
        std::array<std::uint8_t, 137> octets{};
        std::size_t size = 0;
        /// The identifier octet; one of several octets never compares equal to a Tag.
        std::uint8_t identifier = 0;
        bool indefinite = false;
        std::uint64_t length = 0;

        [[nodiscard]] bool is_constructed() const noexcept { return (identifier & 0x20U) != 0; }
        [[nodiscard]] bool is_primitive_or_constructed(Tag tag) const noexcept {
            return (identifier & ~0x20U) == static_cast<std::uint8_t>(tag);
        }
    };
    struct Frame {
        /// Where it ends; of an indefinite one, where what it lies in ends.
        std::uint64_t end = std::numeric_limits<std::uint64_t>::max();
        bool indefinite = false;
    };

    [[noreturn]] void fail() const;
    [[noreturn]] void fail_above(std::size_t limit) const;
    bool fill();
    std::uint8_t take(Head& head);
    void read_head();
    void read_identifier(Head& head);
    void read_length(Head& head);
    const Head& peek();
    Head take_head();
    void push(const Head& head);
    void deliver(std::uint64_t length, const ByteSink& sink);

    ByteSource m_source;
    std::string m_what;
    Bytes m_buffer;
    std::size_t m_next = 0;
    std::size_t m_filled = 0;
    bool m_ended = false;
    /// Bytes taken since the start.
    std::uint64_t m_position = 0;
    std::vector<Frame> m_frames{Frame{}};
    std::optional<Head> m_head;
};

}  // namespace signet::cms::asn1
