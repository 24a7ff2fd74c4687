#include "cms/asn1/der.h"
#include "cms/attributes/category_value.h"
#include "cms/attributes/security_label.h"
#include "cms/error.h"
#include "tests/catch.h"

#include <limits>

using namespace signet::cms;

TEST_CASE("what a category says is encoded as others encode it, and read again") {
    struct Case {
        CategoryValue value;
        Bytes der;
    };
    // X.690 sections 8.3, 8.4 and 11.2.2.
    const std::vector<Case> cases{
        {CategoryTexts{{"HR", "Legal"}}, {0x30, 11, 0x0C, 2, 'H', 'R', 0x0C, 5, 'L', 'e', 'g', 'a', 'l'}},
        {CategoryNumber{0, false}, {2, 1, 0}},
        {CategoryNumber{300, false}, {2, 2, 1, 0x2C}},
        {CategoryNumber{-1, true}, {10, 1, 0xFF}},
        {CategoryNumber{std::numeric_limits<std::int64_t>::min(), false}, {2, 8, 0x80, 0, 0, 0, 0, 0, 0, 0}},
        {CategoryBits{{}}, {3, 1, 0}},
        {CategoryBits{{0}}, {3, 2, 7, 0x80}},
        {CategoryBits{{0, 3, 9}}, {3, 3, 6, 0x90, 0x40}},
        {CategoryBits{{7}}, {3, 2, 0, 1}},
        {OtherCategory{5, 0}, {5, 0}},
    };
    for (const Case& one : cases) {
        CAPTURE(one.der);
        CHECK(encode_category_value(one.value) == one.der);
        CHECK(read_category_value(one.der) == one.value);
    }
    // Without order, twice, and as a single text.
    CHECK(encode_category_value(CategoryBits{{9, 0, 3, 0}}) == cases[7].der);
    CHECK(read_category_value(Bytes{0x13, 2, 'H', 'R'}) == CategoryValue(CategoryTexts{{"HR"}}));
}

TEST_CASE("a category of no form that is known is what it is") {
    const std::vector<Bytes> others{
        {},
        {0x30, 0},
        {0x30, 3, 2, 1, 5},
        // No UTF-8, a NUL, a number above 64 bits, bits that are constructed, and what does not end.
        {0x0C, 1, 0xFF},
        {0x0C, 1, 0},
        {2, 9, 1, 0, 0, 0, 0, 0, 0, 0, 0},
        {0x23, 4, 3, 2, 7, 0x80},
        {2, 4, 1},
        {3, 2, 7},
    };
    for (const Bytes& other : others) {
        CAPTURE(other);
        CHECK(read_category_value(other) == CategoryValue(other));
    }
    Bytes many(34, 0xFF);
    many[0] = 0;
    const Bytes bits = asn1::tlv(asn1::Tag::bit_string, {many});
    CHECK(read_category_value(bits) == CategoryValue(bits));
}

TEST_CASE("what is no value of a category is not encoded") {
    CHECK_THROWS_AS(encode_category_value(CategoryBits{{256}}), Error);
    CHECK_THROWS_AS(encode_category_value(OtherCategory{}), Error);
    CHECK_THROWS_AS(encode_category_value(OtherCategory{2, 1}), Error);
    CHECK_THROWS_AS(encode_category_value(OtherCategory{5, 0, 5, 0}), Error);
    // An indefinite length within, more than there is, a number that says true, and a string in pieces.
    for (const OtherCategory& ber :
         {OtherCategory{0x30, 0x80, 5, 0, 0, 0}, OtherCategory{0x30, 2, 0xFF, 0xFF},
          OtherCategory{1, 1, 0x55}, OtherCategory{0x24, 3, 4, 1, 1}, OtherCategory{0x30, 3, 1, 1, 0x55}}) {
        CAPTURE(ber);
        CHECK_THROWS_AS(encode_category_value(ber), Error);
    }
    const Bytes large = asn1::tlv(asn1::Tag::octet_string, {Bytes(max_category_size)});
    CHECK_THROWS_AS(encode_category_value(large), Error);
}

TEST_CASE("a privacy mark has the letters and the length of its type (RFC 2634 section 3.2)") {
    using asn1::Tag;
    const Bytes policy = asn1::object_identifier("1.2.3");
    const auto mark = [&](Tag tag, const std::string& text) {
        return parse_security_label(asn1::tlv(Tag::set, {policy, asn1::tlv(tag, {as_bytes(text)})}))
            .privacy_mark;
    };
    CHECK(mark(Tag::printable_string, std::string(128, 'x')) == std::string(128, 'x'));
    CHECK(mark(Tag::utf8_string, std::string(1024, 'x')) == std::string(1024, 'x'));
    CHECK_THROWS_AS(mark(Tag::printable_string, std::string(129, 'x')), Error);
    CHECK_THROWS_AS(mark(Tag::printable_string, "50 %"), Error);
    CHECK_THROWS_AS(mark(Tag::utf8_string, std::string(1025, 'x')), Error);
    CHECK_THROWS_AS(mark(Tag::utf8_string, ""), Error);
    CHECK_THROWS_AS(mark(Tag::utf8_string, "\xC3"), Error);
    CHECK_THROWS_AS(mark(Tag::utf8_string, "\xED\xA0\x80"), Error);
    CHECK_THROWS_AS(mark(Tag::utf8_string, std::string("a\0b", 3)), Error);
}
