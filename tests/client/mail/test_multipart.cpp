#include "client/mail/error.h"
#include "client/mail/media_type.h"
#include "client/mail/multipart.h"
#include "tests/catch.h"

using namespace signet::client::mail;
using namespace std::string_literals;

TEST_CASE("the line end before a boundary belongs to the boundary") {
    const auto multipart = split_multipart("pre\r\n--b\r\none\r\n\r\n--b \t\r\ntwo\n--b--\r\nafter", "b");
    CHECK(multipart.preamble == "pre\r\n");
    CHECK(multipart.parts == std::vector<std::string_view>{"one\r\n", "two"});
    CHECK(multipart.epilogue == "after");
}

TEST_CASE("parts may be empty, and boundaries may lie at both ends") {
    const auto multipart = split_multipart("--b\n--b\n\n--b--", "b");
    CHECK(multipart.preamble.empty());
    CHECK(multipart.parts == std::vector<std::string_view>{"", ""});
    CHECK(multipart.epilogue.empty());
}

TEST_CASE("only a whole line is a boundary") {
    const auto multipart = split_multipart("--b\nx --b\n--bc\n--b-\n --b\n--b--x\n--b--\n", "b");
    CHECK(multipart.parts == std::vector<std::string_view>{"x --b\n--bc\n--b-\n --b\n--b--x"});
}

TEST_CASE("a broken multipart is refused") {
    const auto body = GENERATE(""s, "text"s, "--b\none"s, "--b\none\n--b\ntwo\n"s, "--b--\n"s,
                               "--b\none\n--b--\n--b\ntwo\n--b--\n"s, "--b\none\n--b--\n--b--\n"s);
    CAPTURE(body);
    CHECK_THROWS_AS(split_multipart(body, "b"), Error);
}

TEST_CASE("a boundary must be one") {
    const auto boundary = GENERATE(""s, "a "s, "a\nb"s, "\xc3\xb6"s, std::string(71, 'a'), "a\0"s);
    CHECK_THROWS_AS(split_multipart("--" + boundary + "\none\n--" + boundary + "--\n", boundary), Error);
    const std::string longest(70, 'a');
    CHECK(split_multipart("--" + longest + "\none\n--" + longest + "--\n", longest).parts.size() == 1);
}

TEST_CASE("more parts than the limit are refused") {
    std::string body;
    for (std::size_t i = 0; i <= max_parts; ++i) {
        body += "--b\n";
    }
    CHECK_THROWS_AS(split_multipart(body + "--b--\n", "b"), Error);
    CHECK(split_multipart(body.substr(4) + "--b--\n", "b").parts.size() == max_parts);
}

TEST_CASE("a media type has a type, a subtype and parameters") {
    const auto text =
        "Content-Type: Multipart/Signed; protocol=\"application/pkcs7-signature\";\n"
        " micalg=sha-256; (comment) boundary*0=\"a \"; boundary*1=b\n\n"s;
    const auto type = media_type_of(parse_entity(text));
    REQUIRE(type);
    CHECK(type->is("multipart", "signed"));
    CHECK(type->is("multipart", "*"));
    CHECK(type->parameter("PROTOCOL") == "application/pkcs7-signature");
    CHECK(type->parameter("boundary") == "a b");
    CHECK(type->parameter("charset").empty());
    CHECK_FALSE(media_type_of(parse_entity("Subject: x\n\n")));
}

TEST_CASE("a media type that is none, or could be read in two ways, is refused") {
    const auto value =
        GENERATE("text"s, ""s, "/plain"s, "text/"s, "text/plain; charset=a; CHARSET=b"s,
                 "multipart/signed; boundary=a; boundary*=utf-8''b"s, "a/b; x=" + std::string(70000, 'x'));
    CAPTURE(value.substr(0, 60));
    const auto text = "Content-Type: " + value + "\n\n";
    CHECK_THROWS_AS(media_type_of(parse_entity(text)), Error);
    CHECK_THROWS_AS(media_type_of(parse_entity("Content-Type: text/plain\ncontent-type: text/html\n\n")),
                    Error);
}
