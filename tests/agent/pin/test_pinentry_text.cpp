#include "agent/error.h"
#include "agent/pin/pinentry_text.h"
#include "tests/catch.h"

#include <string>

using namespace signet;
using namespace signet::agent::pin;

namespace {

std::string unescaped(const std::string& text) {
    Secret data(8);
    const std::size_t size = append_unescaped(text, data, 0);
    data.truncate(size);
    return std::string(data.reveal());
}

}  // namespace

TEST_CASE("Text that is shown keeps to one line, one direction and UTF-8") {
    CHECK(shown_text("Müller's 100% card", false) == "Müller's 100%25 card");
    CHECK(shown_text("a\nb\r\tc", false) == "a?b??c");
    CHECK(shown_text("a\nb\rc", true) == "a%0Ab?c");
    CHECK(shown_text(std::string("a\0b", 3), false) == "a?b");
    CHECK(shown_text("a\xff\xc3", false) == "a??");
    // Overlong, surrogate, above U+10FFFF.
    CHECK(shown_text("\xc0\xaf|\xed\xa0\x80|\xf4\x90\x80\x80", false) == "??|???|????");
    // NOLINTNEXTLINE(misc-misleading-bidirectional): the escape sequences are what is tested
    CHECK(shown_text("safe \xe2\x80\xae gnp.exe", false) == "safe ? gnp.exe");
    CHECK(shown_text("\xc2\x9b"
                     "31m",
                     false) == "?31m");
    CHECK(shown_text("\xf0\x9f\x94\x91", false) == "\xf0\x9f\x94\x91");
    CHECK(shown_text("", true).empty());
}

TEST_CASE("Text that is shown is cut at a character, never within an escape") {
    const std::string percents = shown_text(std::string(2000, '%'), false);
    CHECK(percents.size() == 900);
    CHECK(percents.ends_with("%25"));
    std::string wide = "x";
    for (int i = 0; i < 1000; ++i)
        wide += "é";
    const std::string cut = shown_text(wide, false);
    CHECK(cut.size() == 899);
    CHECK(cut.ends_with("é"));
}

TEST_CASE("A client's value is taken only if it is plain") {
    CHECK(is_plain_value(":0"));
    CHECK(is_plain_value("unix:path=/run/user/1000/bus"));
    CHECK(is_plain_value(std::string(900, 'a')));
    for (const std::string& value : {std::string(), std::string("a\nGETPIN"), std::string("a\0b", 3),
                                     std::string("\x7f"), std::string(901, 'a')})
        CHECK_FALSE(is_plain_value(value));
}

TEST_CASE("Escapes of a D line become their bytes") {
    CHECK(unescaped("1234") == "1234");
    CHECK(unescaped("%25%0A%0d") == "%\n\r");
    CHECK(unescaped("a%c3%A4") == "a\xc3\xa4");
    CHECK(unescaped("").empty());
    CHECK(unescaped("12345678") == "12345678");
}

TEST_CASE("Broken escapes and what is too long are refused") {
    const std::string text = GENERATE("%", "%2", "a%", "%zz", "%2z", "% 5", "123456789", "1234567%31%32");
    CAPTURE(text);
    Secret data(8);
    try {
        (void)append_unescaped(text, data, 0);
        FAIL("it was taken");
    } catch (const agent::Error& error) {
        CHECK(error.status() == agent::protocol::PIN_UNAVAILABLE);
    }
}
