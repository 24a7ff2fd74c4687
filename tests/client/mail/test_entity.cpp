#include "client/mail/entity.h"
#include "client/mail/error.h"
#include "client/mail/line_ends.h"
#include "tests/catch.h"

using namespace signet::client::mail;
using namespace std::string_literals;

TEST_CASE("a message is fields and a body, with LF and with CRLF") {
    const auto text = GENERATE("From: a@b\nSubject: one\n two\n\nbody\n\nmore"s,
                               "From: a@b\r\nSubject: one\r\n two\r\n\r\nbody\n\nmore"s);
    const auto message = parse_message(text);
    REQUIRE(message.fields.size() == 2);
    CHECK(message.fields[0].value() == "a@b");
    CHECK(message.fields[1].is("SUBJECT"));
    CHECK(message.fields[1].value() == "one two");
    CHECK(message.body == "body\n\nmore");
}

TEST_CASE("fields together are the header, byte for byte") {
    const auto text = "From: a@b \r\nSubject:J\xc3\xb6rg\n\t folded\r\nX:\r\n\r\nbody"s;
    const auto message = parse_message(text);
    std::string header;
    for (const auto& field : message.fields) {
        header += field.raw;
    }
    CHECK(header == "From: a@b \r\nSubject:J\xc3\xb6rg\n\t folded\r\nX:\r\n");
    CHECK(message.fields[2].value().empty());
}

TEST_CASE("a message may have no body, and a From line of an mbox before it") {
    CHECK(parse_message("From: a@b\n").body.empty());
    CHECK(parse_message("From: a@b\n\n").body.empty());
    const auto message = parse_message("From a@b Mon Jan  1 00:00:00 2024\nSubject: x\n\nbody");
    REQUIRE(message.fields.size() == 1);
    CHECK(message.body == "body");
}

TEST_CASE("what is no message is refused") {
    const auto text =
        GENERATE(""s, "\n"s, "\nbody"s, "hello\n"s, "From: a@b"s, "From: a@b\nno field\n\nbody"s,
                 " folded: first\n\n"s, "From : a@b\n\n"s, ": x\n\n"s, "From: a\n \nSubject: b\n\n"s,
                 "From: a\rBcc: b\n\n"s, "From: a\0b\n\n"s, "Fr\xc3\xb6m: a\n\n"s);
    CAPTURE(text);
    CHECK_THROWS_AS(parse_message(text), Error);
}

TEST_CASE("headers and messages over their limits are refused") {
    CHECK_THROWS_AS(parse_message("A: " + std::string(max_header_size, 'x') + "\n\n"), Error);
    std::string many;
    for (std::size_t i = 0; i <= max_fields; ++i) {
        many += "A: b\n";
    }
    CHECK_THROWS_AS(parse_message(many + "\nbody"), Error);
    CHECK_NOTHROW(parse_message(many.substr(5) + "\nbody"));
    CHECK_NOTHROW(parse_message("A: " + std::string(max_header_size / 2, 'x') + "\n\n"));
}

TEST_CASE("a field that must stand once does not stand twice") {
    const auto message = parse_message("From: a\nfrom: b\nTo: c\n\n");
    CHECK_THROWS_AS(message.only("From"), Error);
    CHECK(message.only("to") != nullptr);
    CHECK(message.only("Cc") == nullptr);
}

TEST_CASE("line ends change and nothing else") {
    CHECK(to_crlf("a\nb\r\nc\rd") == "a\r\nb\r\nc\rd");
    CHECK(to_lf("a\nb\r\nc\rd\r") == "a\nb\nc\rd\r");
    CHECK(to_lf("\r\r\n") == "\r\n");
    CHECK(is_crlf_text("a\r\n\r\nb"));
    CHECK_FALSE(is_crlf_text("a\n"));
    CHECK_FALSE(is_crlf_text("a\r"));
    CHECK_FALSE(is_crlf_text("a\0b"s));
    CHECK(line_ends_of("a\r\nb\n") == LineEnds::crlf);
    CHECK(line_ends_of("a\nb\r\n") == LineEnds::lf);
    CHECK(line_ends_of("") == LineEnds::lf);
}
