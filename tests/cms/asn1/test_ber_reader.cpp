#include "cms/asn1/ber_reader.h"

#include "cms/error.h"
#include "tests/catch.h"
#include "tests/cms/byte_sources.h"

using namespace signet::cms;
using asn1::BerReader;
using asn1::Tag;
using signet::cms::test::bytewise;

namespace {

Bytes operator+(Bytes a, const Bytes& b) {
    a.insert(a.end(), b.begin(), b.end());
    return a;
}

template <typename Read>
bool is_malformed(const Bytes& input, const Read& read) {
    try {
        BerReader reader(memory_source(input), "test");
        read(reader);
        reader.finish();
    } catch (const Error& error) {
        CHECK(error.code() == ErrorCode::malformed);
        return error.code() == ErrorCode::malformed;
    }
    return false;
}

Bytes octets_in(const Bytes& input) {
    BerReader reader(bytewise(input), "test");
    Bytes out;
    reader.octets(Tag::octet_string, appending_to(out));
    reader.finish();
    return out;
}

const auto read_element = [](BerReader& reader) { (void)reader.element(1000); };
const auto read_octets = [](BerReader& reader) { reader.octets(Tag::octet_string, [](BytesView) {}); };

}  // namespace

TEST_CASE("a structure is read the same with definite and with indefinite lengths") {
    const Bytes definite{0x30, 0x08, 0x02, 0x01, 0x05, 0x31, 0x03, 0x02, 0x01, 0x07};
    const Bytes indefinite{0x30, 0x80, 0x02, 0x01, 0x05, 0x31, 0x80, 0x02, 0x01, 0x07, 0, 0, 0, 0};
    const Bytes long_form{0x30, 0x84, 0, 0, 0, 0x09, 0x02, 0x01, 0x05, 0x31, 0x81, 0x03, 0x02, 0x01, 0x07};
    for (const Bytes& input : {definite, indefinite, long_form}) {
        for (const ByteSource& source : {memory_source(input), bytewise(input)}) {
            BerReader reader(source, "test");
            reader.enter(Tag::sequence);
            CHECK(reader.next_is(Tag::integer));
            CHECK_FALSE(reader.next_is(Tag::set));
            CHECK(reader.element_if(Tag::set, 100).empty());
            CHECK(reader.element_if(Tag::integer, 100) == asn1::integer(5));
            reader.enter(Tag::set);
            CHECK(reader.element(100) == asn1::integer(7));
            CHECK(reader.at_end());
            CHECK_FALSE(reader.next_is(Tag::integer));
            reader.leave();
            reader.leave();
            reader.finish();
        }
        BerReader whole(bytewise(input), "test");
        CHECK(whole.element(input.size()) == input);
        CHECK(whole.at_end());
    }
}

TEST_CASE("a string is read whole, whether primitive or in pieces within pieces") {
    const Bytes expected{'a', 'b', 'c', 'd'};
    CHECK(octets_in({0x04, 0x04, 'a', 'b', 'c', 'd'}) == expected);
    CHECK(octets_in({0x24, 0x08, 0x04, 0x02, 'a', 'b', 0x04, 0x02, 'c', 'd'}) == expected);
    CHECK(octets_in({0x24, 0x80, 0x04, 0x01, 'a',  0x04, 0x00, 0x24, 0x80, 0x04, 0x02, 'b',
                     'c',  0,    0,    0x24, 0x00, 0x24, 0x03, 0x04, 0x01, 'd',  0,    0}) == expected);
    CHECK(octets_in({0x04, 0x00}).empty());
    CHECK(octets_in({0x24, 0x80, 0, 0}).empty());
    const Bytes implicit{0xA0, 0x80, 0x04, 0x02, 'a', 'b', 0x04, 0x02, 'c', 'd', 0, 0};
    BerReader reader(memory_source(implicit), "test");
    CHECK(reader.next_is_string(asn1::context_primitive(0)));
    Bytes out;
    reader.octets(asn1::context_primitive(0), appending_to(out));
    CHECK(out == expected);
}

TEST_CASE("a long string comes in pieces, none empty and none above 64 KiB") {
    constexpr std::size_t size = 1'000'000;
    Bytes input = asn1::header(Tag::octet_string, size);
    input.resize(input.size() + size, 'x');
    const auto seed = test::fresh_seed();
    CAPTURE(seed);
    for (const ByteSource& source : {memory_source(input), test::in_random_pieces(input, seed)}) {
        BerReader reader(source, "test");
        std::size_t total = 0;
        bool within = true;
        reader.octets(Tag::octet_string, [&](BytesView piece) {
            within = within && !piece.empty() && piece.size() <= BerReader::max_piece;
            total += piece.size();
        });
        reader.finish();
        CHECK(within);
        CHECK(total == size);
    }
}

TEST_CASE("what is not BER is malformed") {
    const std::vector<Bytes> inputs{
        {},                                    // nothing
        {0x30},                                // no length
        {0x30, 0x02, 0x05},                    // ends early
        {0x30, 0xFF, 0x05, 0x00},              // the reserved length
        {0x30, 0x80, 0x05, 0x00},              // no end-of-contents
        {0x30, 0x80, 0x05, 0x00, 0x00},        // half of it
        {0x30, 0x80, 0x05, 0x00, 0x00, 0x01},  // and a wrong one
        {0x04, 0x80, 0x00, 0x00},              // a primitive one without a length
        {0x00, 0x00},                          // end-of-contents of nothing
        {0x05, 0x00, 0x05, 0x00},              // something follows
        {0x30, 0x02, 0x05, 0x01},              // beyond what it lies in
        {0x30, 0x03, 0x05, 0x00, 0x00},        // the same, cut in its head
        {0x30, 0x04, 0x05, 0x00, 0x00, 0x00},  // end-of-contents where the length is known
        {0x10, 0x02, 0x05, 0x00},              // a SEQUENCE that is primitive
        {0x30, 0x02, 0x11, 0x00},              // a SET within
        {0x22, 0x03, 0x02, 0x01, 0x05},        // an INTEGER that is not
        {0x30, 0x80, 0x25, 0x00, 0x00, 0x00},  // a NULL within
        {0x30, 0x03, 0x1F, 0x05, 0x00},        // a tag number within that has a shorter form
        {0x1F, 0x80, 0x20, 0x00},              // a tag number with a leading zero
        {0x1F, 0x1E, 0x00},                    // one that has a shorter form
        {0x1F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F, 0x00},  // 2^70
    };
    for (const Bytes& input : inputs) {
        CAPTURE(input);
        CHECK(is_malformed(input, read_element));
    }
    const auto enter = [](BerReader& reader) {
        reader.enter(Tag::sequence);
        (void)reader.element(1000);
        reader.leave();
    };
    CHECK_FALSE(is_malformed({0x30, 0x02, 0x05, 0x00}, enter));
    CHECK(is_malformed({0x31, 0x02, 0x05, 0x00}, enter));
    CHECK(is_malformed({0x30, 0x00}, enter));
    CHECK(is_malformed({0x30, 0x04, 0x05, 0x00, 0x05, 0x00}, enter));                 // not at its end
    CHECK(is_malformed({0x30, 0x02, 0x05, 0x01, 0x00}, enter));                       // beyond its parent
    CHECK(is_malformed({0x30, 0x02, 0x30, 0x80, 0x00, 0x00}, enter));                 // also when indefinite
    CHECK(is_malformed({0x30, 0x06, 0x30, 0x80, 0x04, 0x03, 1, 2, 3, 0, 0}, enter));  // and further down
    CHECK(is_malformed({0x24, 0x03, 0x02, 0x01, 0x00}, read_octets));                 // an INTEGER within
    CHECK(is_malformed({0x02, 0x01, 0x00}, read_octets));
}

TEST_CASE("tag numbers of several octets are read over") {
    const Bytes input{0xBF, 0x81, 0x00, 0x80, 0x5F, 0x1F, 0x01, 0x07, 0x00, 0x00};
    BerReader reader(bytewise(input), "test");
    CHECK_FALSE(reader.next_is(static_cast<Tag>(0xBE)));
    CHECK(reader.element(100) == input);
    reader.finish();
}

TEST_CASE("huge lengths are neither allocated nor believed") {
    const std::vector<Bytes> lengths{
        {0x84, 0x7F, 0xFF, 0xFF, 0xFF},       {0x84, 0x80, 0x00, 0x00, 0x00},
        {0x84, 0xFF, 0xFF, 0xFF, 0xFF},       {0x85, 0x01, 0x00, 0x00, 0x00, 0x00},
        Bytes{0x88, 0x7F} + Bytes(7, 0xFF),   Bytes{0x88, 0x80} + Bytes(7, 0x00),
        Bytes{0x88} + Bytes(8, 0xFF),         Bytes{0x89, 0x01} + Bytes(8, 0x00),
        Bytes{0x8A} + Bytes(9, 0) + Bytes{1}, Bytes{0xFE} + Bytes(126, 0xFF)};
    for (const Bytes& length : lengths) {
        CAPTURE(length);
        CHECK(is_malformed(Bytes{0x04} + length, read_octets));
        CHECK(is_malformed(Bytes{0x04} + length, read_element));
        CHECK(is_malformed(Bytes{0x24, 0x80, 0x04} + length, read_octets));
        CHECK(is_malformed(Bytes{0x30} + length, [](BerReader& reader) {
            reader.enter(Tag::sequence);
            (void)reader.element(1000);
        }));
        CHECK(is_malformed(Bytes{0x30, 0x20, 0x04} + length, [](BerReader& reader) {
            reader.enter(Tag::sequence);
            (void)reader.element(std::numeric_limits<std::size_t>::max());
        }));
    }
    // A length of 1 with leading zeros is BER.
    CHECK_FALSE(is_malformed(Bytes{0x04, 0xFE} + Bytes(125, 0) + Bytes{1, 'x'}, read_octets));
}

TEST_CASE("10,000 strings within each other are malformed, and so is any other such depth") {
    Bytes indefinite;
    Bytes sequences;
    for (int i = 0; i < 10'000; ++i) {
        indefinite.insert(indefinite.end(), {0x24, 0x80});
        sequences.insert(sequences.end(), {0x30, 0x80});
    }
    const Bytes ends(20'000, 0);
    CHECK(is_malformed(indefinite + ends, read_octets));
    CHECK(is_malformed(indefinite + ends, [](BerReader& reader) { (void)reader.element(1'000'000); }));
    CHECK(is_malformed(sequences + ends, [](BerReader& reader) { (void)reader.element(1'000'000); }));
    CHECK(is_malformed(sequences + ends, [](BerReader& reader) {
        for (int i = 0; i < 10'000; ++i)
            reader.enter(Tag::sequence);
    }));
    Bytes definite;
    for (int i = 0; i < 10'000; ++i)
        definite = asn1::header(static_cast<Tag>(0x24), definite.size()) + definite;
    CHECK(is_malformed(definite, read_octets));
    CHECK(is_malformed(definite, [](BerReader& reader) { (void)reader.element(1'000'000); }));

    // As deep as is allowed, and one deeper.
    for (const std::size_t depth : {BerReader::max_depth, BerReader::max_depth + 1}) {
        Bytes nested;
        for (std::size_t i = 0; i < depth; ++i)
            nested.insert(nested.end(), {0x24, 0x80});
        CHECK(is_malformed(nested + Bytes{0x04, 0x01, 'x'} + Bytes(depth * 2, 0), read_octets) ==
              (depth > BerReader::max_depth));
    }
}

TEST_CASE("an element above the limit is refused before it is taken in") {
    const Bytes definite{0x30, 0x04, 0x05, 0x00, 0x05, 0x00};
    const Bytes indefinite{0x30, 0x80, 0x05, 0x00, 0x05, 0x00, 0, 0};
    for (const Bytes& input : {definite, indefinite}) {
        for (std::size_t limit = 0; limit <= input.size(); ++limit) {
            CAPTURE(input, limit);
            CHECK(is_malformed(input, [limit](BerReader& reader) { (void)reader.element(limit); }) ==
                  (limit < input.size()));
        }
    }
}

TEST_CASE("every truncation of a nested structure is malformed") {
    const Bytes input{0x30, 0x80, 0x24, 0x80, 0x04, 0x02, 'a',  'b', 0x24, 0x03,
                      0x04, 0x01, 'c',  0,    0,    0x05, 0x00, 0,   0};
    const auto read = [](BerReader& reader) {
        reader.enter(Tag::sequence);
        reader.octets(Tag::octet_string, [](BytesView) {});
        (void)reader.element(100);
        reader.leave();
    };
    REQUIRE_FALSE(is_malformed(input, read));
    for (std::size_t size = 0; size < input.size(); ++size) {
        CAPTURE(size);
        const Bytes truncated(input.begin(), input.begin() + static_cast<std::ptrdiff_t>(size));
        CHECK(is_malformed(truncated, read));
        CHECK(is_malformed(truncated, read_element));
    }
}
