#include "tests/catch.h"
#include "token/text.h"

using signet::token::padded_text;
using signet::token::valid_text;

TEST_CASE("Padding of PKCS#11's fixed fields goes away") {
    CHECK(padded_text("SoftHSM token   ") == "SoftHSM token");
    CHECK(padded_text(std::string_view("zeros\0\0\0", 8)) == "zeros");
    CHECK(padded_text("    ").empty());
    CHECK(padded_text("").empty());
    CHECK(padded_text("  inner  blanks stay ") == "  inner  blanks stay");
}

TEST_CASE("Text in UTF-8 stays as it is") {
    for (const char* text : {"", "ascii", "\xc3\xa9t\xc3\xa9", "\xe2\x82\xac", "\xed\x9f\xbf",
                             "\xf0\x9f\x94\x91", "\xf4\x8f\xbf\xbf"})
        CHECK(valid_text(text) == text);
}

TEST_CASE("What is not UTF-8 is replaced, byte by byte") {
    const std::string mark = "\xef\xbf\xbd";
    CHECK(valid_text("a\xff"
                     "b") == "a" + mark + "b");
    CHECK(valid_text("\xc3") == mark);
    CHECK(valid_text("\xe2\x82") == mark + mark);
    CHECK(valid_text("\x80") == mark);
    // Overlong, a surrogate, and above U+10FFFF.
    CHECK(valid_text("\xc0\xaf") == mark + mark);
    CHECK(valid_text("\xe0\x80\xaf") == mark + mark + mark);
    CHECK(valid_text("\xed\xa0\x80") == mark + mark + mark);
    CHECK(valid_text("\xf0\x80\x80\xaf") == mark + mark + mark + mark);
    CHECK(valid_text("\xf4\x90\x80\x80") == mark + mark + mark + mark);
    CHECK(valid_text("\xf5\x80\x80\x80") == mark + mark + mark + mark);
}
