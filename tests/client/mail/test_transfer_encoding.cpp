#include "client/mail/error.h"
#include "client/mail/line_ends.h"
#include "client/mail/transfer_encoding.h"
#include "tests/catch.h"

#include <algorithm>
#include <random>

using namespace signet::client::mail;
using namespace std::string_literals;

namespace {

bool lines_fit(const std::string& text) {
    std::size_t length = 0;
    for (const char c : text) {
        length = c == '\n' ? 0 : length + 1;
        if (length > 77) {
            return false;
        }
    }
    return true;
}

}  // namespace

TEST_CASE("quoted-printable survives relays and comes back") {
    const auto text = GENERATE(
        ""s, "a"s, "J\xc3\xb6rg\r\n"s, "trailing \r\nand\t\r\nat the end "s, "From x\r\n From y\r\n"s,
        ".\r\n..\r\n"s, "=3D=\r\n"s, "\r\n\r\n"s, std::string(500, 'x'), std::string(300, ' '),
        "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx From here"s);
    const auto encoded = encode_quoted_printable(text);
    CAPTURE(text, encoded);
    CHECK(to_lf(decode(encoded, TransferEncoding::quoted_printable)) == to_lf(text));
    CHECK(is_crlf_text(encoded));
    CHECK(lines_fit(encoded));
    CHECK(encoded.find(" \r\n") == std::string::npos);
    CHECK(encoded.find("\t\r\n") == std::string::npos);
    CHECK_FALSE(encoded.ends_with(' '));
    CHECK_FALSE(encoded.starts_with("From "));
    CHECK(encoded.find("\r\nFrom ") == std::string::npos);
    CHECK(encoded.find("\r\n.\r\n") == std::string::npos);
    CHECK_FALSE(encoded.starts_with(".\r\n"));
}

TEST_CASE("quoted-printable of random text comes back") {
    const auto seed = std::random_device{}();
    CAPTURE(seed);
    std::mt19937 random(seed);
    const std::string alphabet =
        "aF =.\t\r\n\xc3\xb6"
        "From ";
    for (int round = 0; round < 500; ++round) {
        std::string text;
        for (auto length = random() % 400; length > 0; --length) {
            const char c = alphabet[random() % alphabet.size()];
            text += c == '\r' ? "\r\n"s : c == '\n' ? "\nFrom "s : std::string(1, c);
        }
        CAPTURE(text);
        const auto encoded = encode_quoted_printable(text);
        REQUIRE(to_lf(decode(encoded, TransferEncoding::quoted_printable)) == to_lf(text));
        REQUIRE(lines_fit(encoded));
        REQUIRE(encoded.find("\r\nFrom ") == std::string::npos);
        REQUIRE(encoded.find(" \r\n") == std::string::npos);
        REQUIRE(encoded.find("\t\r\n") == std::string::npos);
    }
}

TEST_CASE("base64 comes back") {
    std::string bytes;
    for (int length = 0; length < 300; ++length) {
        const auto encoded = encode_base64(bytes);
        REQUIRE(decode(encoded, TransferEncoding::base64) == bytes);
        REQUIRE(lines_fit(encoded));
        REQUIRE((encoded.empty() || encoded.ends_with("\r\n")));
        bytes.push_back(static_cast<char>(length * 7));
    }
}

TEST_CASE("base64 that is not valid is refused") {
    const auto body =
        GENERATE("QUJ"s, "QUJD!"s, "Q==="s, "QQ==QUJD"s, "QUJD-_=="s, "="s, "QUJD\0"s, "\xc3\xb6=="s);
    CAPTURE(body);
    CHECK_THROWS_AS(decode(body, TransferEncoding::base64), Error);
    CHECK(decode(" QU\r\n JD\t", TransferEncoding::base64) == "ABC");
}

TEST_CASE("an encoding has a name, and an unknown one decodes nothing") {
    CHECK(transfer_encoding_of(parse_entity("")) == TransferEncoding::seven_bit);
    CHECK(transfer_encoding_of(parse_entity("Content-Transfer-Encoding: BASE64\n\n")) ==
          TransferEncoding::base64);
    CHECK(transfer_encoding_of(parse_entity("Content-Transfer-Encoding: x-rot13\n\n")) ==
          TransferEncoding::unknown);
    CHECK_THROWS_AS(decode("x", TransferEncoding::unknown), Error);
}

TEST_CASE("a comment in Content-Transfer-Encoding is no part of the encoding's name") {
    const auto value =
        GENERATE("8bit (comment)"s, "(a (nested) one \\) \\( )8bit"s, "8bit\n\t(folded) (two)"s);
    CAPTURE(value);
    CHECK(transfer_encoding_of(parse_entity("Content-Transfer-Encoding: " + value + "\n\n")) ==
          TransferEncoding::eight_bit);
    const auto other = GENERATE("8bit (open"s, "8bit (open\\)"s, "8(x)bit"s, "8bit x (y)"s, "8bit \\("s,
                                "()"s, "8bit)x("s, "8bit)"s, ")8bit"s);
    CAPTURE(other);
    CHECK(transfer_encoding_of(parse_entity("Content-Transfer-Encoding: " + other + "\n\n")) ==
          TransferEncoding::unknown);
}
