#include "cms/asn1/der.h"
#include "cms/error.h"
#include "cms/object_identifier.h"
#include "tests/catch.h"

using namespace signet::cms;

TEST_CASE("lengths take the short form below 128 and the shortest long form above") {
    CHECK(asn1::header(asn1::Tag::sequence, 0) == Bytes{0x30, 0x00});
    CHECK(asn1::header(asn1::Tag::sequence, 127) == Bytes{0x30, 0x7F});
    CHECK(asn1::header(asn1::Tag::sequence, 128) == Bytes{0x30, 0x81, 0x80});
    CHECK(asn1::header(asn1::Tag::sequence, 255) == Bytes{0x30, 0x81, 0xFF});
    CHECK(asn1::header(asn1::Tag::sequence, 256) == Bytes{0x30, 0x82, 0x01, 0x00});
    CHECK(asn1::header(asn1::Tag::octet_string, 0x01000000) == Bytes{0x04, 0x84, 0x01, 0x00, 0x00, 0x00});
}

TEST_CASE("integers are as short as their sign allows") {
    CHECK(asn1::integer(0) == Bytes{0x02, 0x01, 0x00});
    CHECK(asn1::integer(127) == Bytes{0x02, 0x01, 0x7F});
    CHECK(asn1::integer(128) == Bytes{0x02, 0x02, 0x00, 0x80});
    CHECK(asn1::integer(256) == Bytes{0x02, 0x02, 0x01, 0x00});
    CHECK(asn1::integer(0xFFFFFFFF) == Bytes{0x02, 0x05, 0x00, 0xFF, 0xFF, 0xFF, 0xFF});
}

TEST_CASE("a SET OF is in DER order, and the same element is in it once") {
    const Bytes a{0x02, 0x01, 0x05};
    const Bytes b{0x02, 0x01, 0x03};
    const Bytes c{0x02, 0x02, 0x01, 0x00};
    CHECK(asn1::set_of(asn1::Tag::set, {c, a, b, a}) ==
          Bytes{0x31, 0x0A, 0x02, 0x01, 0x03, 0x02, 0x01, 0x05, 0x02, 0x02, 0x01, 0x00});
}

TEST_CASE("object identifiers come from dotted decimal only") {
    CHECK(asn1::object_identifier("1.2.840.113549.1.7.1") ==
          Bytes{0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x07, 0x01});
    for (const char* wrong : {"", "1", "3.1", "1.2.x", "sha256", "1..2", "1.2.840.", "-1.2", "1.02.3", "01.2",
                              "9.9.9", "0.40", "1.2.00"})
        CHECK_THROWS_AS(asn1::object_identifier(wrong), Error);
    std::string far = "1.2";
    for (int i = 0; i < 200; ++i)
        far += ".1";
    for (const char* right : {"0.39", "1.0", "2.40", "2.999.0", "2.5.29.15"})
        CHECK_NOTHROW(asn1::object_identifier(right));
    CHECK_THROWS_AS(asn1::object_identifier(far), Error);
    // One arc of many digits costs the square of its length.
    const std::string longest = "2." + std::string(max_object_identifier - 2, '9');
    CHECK(is_object_identifier(longest));
    CHECK_FALSE(is_object_identifier(longest + "9"));
}
