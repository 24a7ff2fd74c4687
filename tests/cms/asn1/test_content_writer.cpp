#include "cms/asn1/content_writer.h"

#include <algorithm>

#include "cms/asn1/ber_reader.h"
#include "cms/error.h"
#include "tests/catch.h"

using namespace signet::cms;
using asn1::Tag;

namespace {

const std::vector<asn1::Enclosure> enclosures{{Tag::sequence, asn1::integer(1), asn1::integer(2)},
                                              {asn1::context(0)},
                                              {Tag::set, {}, asn1::integer(3)}};

/// `content` in pieces of `piece` bytes.
Bytes written(BytesView content, std::size_t piece, std::optional<std::uint64_t> size) {
    Bytes out;
    asn1::ContentWriter writer(appending_to(out), enclosures, Tag::octet_string, size);
    while (!content.empty()) {
        const BytesView next = content.first(std::min(piece, content.size()));
        writer.update(next);
        content = content.subspan(next.size());
    }
    writer.finish();
    return out;
}

Bytes read_back(const Bytes& message) {
    asn1::BerReader reader(memory_source(message), "message");
    Bytes content;
    reader.enter(Tag::sequence);
    CHECK(reader.element(Tag::integer, 9) == asn1::integer(1));
    reader.enter(asn1::context(0));
    reader.enter(Tag::set);
    reader.octets(Tag::octet_string, appending_to(content));
    CHECK(reader.element(Tag::integer, 9) == asn1::integer(3));
    reader.leave();
    reader.leave();
    CHECK(reader.element(Tag::integer, 9) == asn1::integer(2));
    reader.leave();
    reader.finish();
    return content;
}

}  // namespace

TEST_CASE("a content of known size is written as DER") {
    const Bytes content{'a', 'b', 'c'};
    const Bytes expected{0x30, 0x12, 0x02, 0x01, 0x01, 0xA0, 0x0A, 0x31, 0x08, 0x04,
                         0x03, 'a',  'b',  'c',  0x02, 0x01, 0x03, 0x02, 0x01, 0x02};
    for (const std::size_t piece : {1U, 2U, 3U})
        CHECK(written(content, piece, content.size()) == expected);
}

TEST_CASE("a content of unknown size is written in strings of 64 KiB") {
    const Bytes expected{0x30, 0x80, 0x02, 0x01, 0x01, 0xA0, 0x80, 0x31, 0x80, 0x24,
                         0x80, 0x04, 0x03, 'a',  'b',  'c',  0x00, 0x00, 0x02, 0x01,
                         0x03, 0x00, 0x00, 0x00, 0x00, 0x02, 0x01, 0x02, 0x00, 0x00};
    CHECK(written(Bytes{'a', 'b', 'c'}, 2, {}) == expected);
    for (const std::size_t size : {0U, 65535U, 65536U, 65537U, 131072U, 200000U}) {
        Bytes content(size);
        for (std::size_t i = 0; i < size; ++i)
            content[i] = static_cast<std::uint8_t>(i * 7);
        constexpr std::size_t frame = 25;
        const std::size_t rest = size % 65536;
        const std::size_t segments =
            size / 65536 * 5 + (rest == 0 ? 0 : asn1::header(Tag::octet_string, rest).size());
        for (const std::size_t piece : {1000U, 65536U, 70000U}) {
            const Bytes message = written(content, piece, {});
            CHECK(message.size() == frame + size + segments);
            CHECK(read_back(message) == content);
            CHECK(read_back(written(content, piece, size)) == content);
        }
    }
}

TEST_CASE("a content must have the size that was announced") {
    for (const std::uint64_t size : {0U, 2U, 4U, 100U}) {
        try {
            (void)written(Bytes(3), 1, size);
            FAIL("it was written");
        } catch (const Error& error) {
            CHECK(error.code() == ErrorCode::failed);
        }
    }
}

TEST_CASE("what is behind the content may come later, but not of another size") {
    Bytes out;
    asn1::ContentWriter writer(appending_to(out), enclosures, Tag::octet_string, 0);
    writer.set_after(2, asn1::integer(7));
    CHECK_THROWS_AS(writer.set_after(2, asn1::integer(1000)), Error);
    writer.finish();
    CHECK(out == Bytes{0x30, 0x0F, 0x02, 0x01, 0x01, 0xA0, 0x07, 0x31, 0x05, 0x04, 0x00, 0x02, 0x01, 0x07,
                       0x02, 0x01, 0x02});
}
