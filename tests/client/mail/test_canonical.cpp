#include "client/mail/canonical.h"
#include "client/mail/error.h"
#include "client/mail/line_ends.h"
#include "client/mail/media_type.h"
#include "client/mail/multipart.h"
#include "client/mail/transfer_encoding.h"
#include "tests/catch.h"

using namespace signet::client::mail;
using namespace std::string_literals;

namespace {

const std::string outer = "From: a@b\nSubject: x\n";

std::string canonical(const std::string& message) {
    return canonical_entity(parse_message(message)).bytes;
}

/// The decoded body of the leaf that a message became.
std::string content_of(const std::string& canonical_bytes) {
    const auto entity = parse_entity(canonical_bytes);
    return decode(entity.body, transfer_encoding_of(entity));
}

}  // namespace

TEST_CASE("what is safe stays byte for byte, with CRLF") {
    const auto body = GENERATE(""s, "plain\n"s, "no final newline"s, "\n\n\n"s, "..\n.x\n"s,
                               ">From x\n\ttab\n"s, std::string(998, 'x') + "\n");
    CAPTURE(body);
    const auto header = "Content-Type: text/plain;\n\tcharset=\"us-ascii\"\nContent-Language: de\n"s;
    CHECK(canonical(outer + header + "\n" + body) == to_crlf(header + "\n" + body));
    CHECK(canonical(to_crlf(outer + header + "\n" + body)) == to_crlf(header + "\n" + body));
}

TEST_CASE("only Content-* moves inside, in order") {
    CHECK(canonical("Content-Language: de\nFrom: a@b\nX-Content-Type: no\nCONTENT-TYPE: text/plain\n\nx") ==
          "Content-Language: de\r\nCONTENT-TYPE: text/plain\r\n\r\nx");
}

TEST_CASE("what a relay would alter is encoded, and decodes to the same") {
    const auto body =
        GENERATE("J\xc3\xb6rg\n"s, "trailing \n"s, "trailing\t\nx"s, "ends with space "s, "From here\n"s,
                 "x\nFrom here"s, ".\n"s, "x\n.\n"s, std::string(999, 'x') + "\n", "bell\a\n"s, "nul\0\n"s,
                 "cr\rhere\n"s, "a\r\r\n"s);
    CAPTURE(body);
    const auto result = canonical(outer + "Content-Type: text/plain; charset=utf-8\n\n" + body);
    CHECK(is_relay_safe(result));
    CHECK(is_crlf_text(result));
    CHECK(to_crlf(content_of(result)) == to_crlf(body));
    CHECK(canonical("From: a@b\n" + result) == result);
}

TEST_CASE("text becomes quoted-printable, or base64 where that is shorter") {
    const auto type = outer + "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n";
    CHECK(canonical(type + "J\xc3\xb6rg went home\n")
              .find("Encoding: quoted-printable\r\n\r\nJ=C3=B6rg went home\r\n") != std::string::npos);
    std::string cyrillic;
    for (int i = 0; i < 30; ++i) {
        cyrillic += "\xd0\x96";
    }
    CHECK(canonical(type + cyrillic + "\n").find("Encoding: base64\r\n") != std::string::npos);
    CHECK(canonical(type + cyrillic + "\n").find("8bit") == std::string::npos);
}

TEST_CASE("a binary attachment keeps its bytes") {
    const auto bytes = "\x89PNG\r\n\x1a\n\0 \n\r\n\r end \n"s;
    const auto result =
        canonical(outer + "Content-Type: image/png\nContent-Transfer-Encoding: binary\n\n" + bytes);
    CHECK(content_of(result) == bytes);
    CHECK(is_relay_safe(result));
}

TEST_CASE("what is encoded already stays, unless its lines are not safe") {
    const auto good = "Content-Transfer-Encoding: quoted-printable\n\nJ=C3=B6rg=20\n"s;
    CHECK(canonical(outer + "Content-Type: text/plain\n" + good) ==
          to_crlf("Content-Type: text/plain\n" + good));
    const auto bad = canonical(
        outer + "Content-Type: text/plain\nContent-Transfer-Encoding: quoted-printable\n\nFrom =3D\n");
    CHECK(content_of(bad) == "From =\r\n");
    CHECK(is_relay_safe(bad));
}

TEST_CASE("a message without a type gets the type that it has") {
    CHECK(canonical(outer + "\nx") == "Content-Type: text/plain; charset=us-ascii\r\n\r\nx");
    CHECK(canonical(outer + "\nJ\xc3\xb6").starts_with("Content-Type: text/plain; charset=utf-8\r\n"));
    CHECK(canonical(outer + "\nJ\xf6").starts_with("Content-Type: text/plain; charset=unknown-8bit\r\n"));
}

TEST_CASE("in a multipart each leaf is encoded by itself, and the rest stays") {
    const auto message =
        outer +
        "Content-Type: multipart/mixed; boundary=\"b c\"\n\nThis is MIME.\n--b c\n"
        "Content-Type: text/plain; charset=utf-8\n\nJ\xc3\xb6rg left\n--b c\n"
        "Content-Disposition: attachment; filename=\"J\xc3\xb6 .txt\"\n\nsafe\n\n--b c--\nafter\n";
    CHECK(canonical(message) ==
          to_crlf("Content-Type: multipart/mixed; boundary=\"b c\"\n\nThis is MIME.\n--b c\n"
                  "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: "
                  "quoted-printable\n\nJ=C3=B6rg left\n"
                  "--b c\nContent-Disposition: attachment; filename*=utf-8''J%C3%B6%20.txt\n\nsafe\n\n--b "
                  "c--\nafter\n"));
}

TEST_CASE("a safe multipart stays byte for byte") {
    const auto entity = GENERATE(
        "Content-Type: multipart/mixed; boundary=b\n\n--b\n\none\n--b\n\ntwo\n--b--"s,
        "Content-Type: multipart/mixed; boundary=b\n\n\n\n--b\n\none\n--b\n\ntwo\n--b--\n\n"s,
        "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: multipart/alternative; "
        "boundary=bb\n\n"
        "--bb\n\none\n--bb--\n--b\nContent-Type: message/rfc822\n\nSubject: inner\n\ninner body\n--b--\n"s);
    CHECK(canonical(outer + entity) == to_crlf(entity));
}

TEST_CASE("in a digest a part is a message, whose body is encoded and whose header stays") {
    CHECK(canonical(
              outer +
              "Content-Type: multipart/digest; boundary=b\n\n--b\n\nSubject: J\xc3\xb6\n\nJ\xc3\xb6rg was "
              "here\n--b--\n") ==
          to_crlf("Content-Type: multipart/digest; boundary=b\n\n--b\n\nSubject: J\xc3\xb6\n"
                  "Content-Transfer-Encoding: quoted-printable\n\nJ=C3=B6rg was here\n--b--\n"));
}

TEST_CASE("text of two bytes a character keeps its bytes") {
    const auto text = "a\0\n\0"s;
    CHECK(content_of(canonical(outer + "Content-Type: text/plain; charset=utf-16le\n\n" + text)) == text);
}

TEST_CASE("text around parts that is not safe is left out") {
    CHECK(canonical(outer +
                    "Content-Type: multipart/mixed; boundary=b\n\nJ\xc3\xb6 \n--b\n\none\n--b--\nFrom \n") ==
          to_crlf("Content-Type: multipart/mixed; boundary=b\n\n--b\n\none\n--b--\n"));
}

TEST_CASE("a signed part within is somebody else's, and stays with its spaces") {
    const auto inner =
        "Content-Type: multipart/signed; boundary=s; protocol=\"application/pkcs7-signature\"\n\n"
        "--s \n\n-- \nFrom J\xc3\xb6\n--s\n\nx\n--s--\n"s;
    const auto result = canonical_entity(parse_message(outer + inner));
    CHECK(result.bytes == to_crlf(inner));
    CHECK(result.warnings.size() == 1);
    const auto forwarded = "Content-Type: message/rfc822\n\nSubject: x\n" + inner;
    CHECK(canonical(outer + forwarded) == to_crlf(forwarded));
}

TEST_CASE("a header line that a relay may break is warned of") {
    const auto message = outer + "Content-Description: " + std::string(1000, 'x') + "\n\nbody";
    CHECK(canonical_entity(parse_message(message)).warnings.size() == 1);
}

TEST_CASE("a part's header becomes 7-bit, its lines without blanks at their ends") {
    const auto header = GENERATE(
        "Content-Disposition: attachment;  \n\tfilename=\"Gr\xc3\xbc\xc3\x9f\\\"e %*'.pdf\"; size=1 \n"s,
        "Content-Type: text/plain; charset=\"us-ascii\"; name=\"\xc3\xbc (1)\" \nContent-Description: x   \n"s,
        "Content-Description: Gr\xc3\xbc\xc3\x9f" + std::string(200, 'e') + " \xc3\xbc  und \xc3\x9f\n");
    CAPTURE(header);
    const auto message = parse_message(outer + header + "\nbody");
    const auto result = canonical_entity(message);
    CHECK(result.warnings.empty());
    CHECK(is_relay_safe(result.bytes));
    const auto part = parse_entity(result.bytes);
    CHECK(file_name_of(part) == file_name_of(message));
    CHECK(canonical("From: a@b\n" + result.bytes) == result.bytes);
}

TEST_CASE("a description is encoded in words that every reader knows") {
    CHECK(canonical(outer + "Content-Type: text/plain\nContent-Description: Gr\xc3\xbc\xc3\x9f"
                            "e an alle\n\nx") ==
          "Content-Type: text/plain\r\nContent-Description: =?UTF-8?b?R3LDvMOfZQ==?= an alle\r\n\r\nx");
}

TEST_CASE("8-bit characters in a header that cannot be encoded are left and warned of") {
    const auto header = GENERATE(
        "Content-Description: Gr\xfc\xdf"
        "e"s,
        "Content-Description: =?utf-8?q?=C3=BC?= \xc3\xbc"s, "Content-Language: J\xc3\xb6"s,
        "Content-Disposition: attachment; filename=J\xc3\xb6.txt"s,
        "Content-Disposition: attachment; filename=\"J\xc3\xb6\"; filename*=utf-8''J%C3%B6"s,
        "Content-Disposition: attachment; filename=x (J\xc3\xb6)"s,
        "Content-Type: text/plain; name=\"J\xc3\xb6"s);
    CAPTURE(header);
    const auto result = canonical_entity(parse_message(outer + header + "\n\nx"));
    CHECK(result.warnings.size() == 1);
    CHECK(result.bytes.find(header + "\r\n") != std::string::npos);
}

TEST_CASE("the header of a message within stays, and what a relay may alter in it is warned of") {
    const auto field = GENERATE("Subject: \xc3\xa4"s, "Subject: x  "s, "Content-Description: \xc3\xa4"s);
    CAPTURE(field);
    const auto part = "Content-Type: message/rfc822\n\n" + field + "\n\nbody";
    const auto result = canonical_entity(parse_message(outer + part));
    CHECK(result.bytes == to_crlf(part));
    CHECK(result.warnings.size() == 1);
    const auto beside = canonical_entity(parse_message(
        outer +
        "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: message/rfc822\n\nSubject: "
        "x\n\nx\n--b\nContent-Description: \xc3\xa4 \n\nx\n--b--"));
    CHECK(beside.warnings.empty());
    CHECK(is_relay_safe(beside.bytes));
}

TEST_CASE("what cannot be made safe is refused") {
    const auto entity = GENERATE(
        "Content-Type: multipart/mixed\n\nx"s, "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nx"s,
        "Content-Type: multipart/mixed; boundary=b\n\n--b\nno field\n--b--\n"s,
        "Content-Transfer-Encoding: x-mine\n\nJ\xc3\xb6"s, "Content-Transfer-Encoding: base64\n\nJ\xc3\xb6"s,
        "Content-Type: text/plain\nContent-Type: text/html\n\nx"s);
    CAPTURE(entity);
    CHECK_THROWS_AS(canonical(outer + entity), Error);
}

TEST_CASE("nesting has a bound") {
    std::string inner = "\nx";
    for (int i = 0; i < 1000; ++i) {
        const auto boundary = "b" + std::to_string(i);
        std::string outer_part = "Content-Type: multipart/mixed; boundary=";
        outer_part.append(boundary).append("\n\n--").append(boundary).append("\n").append(inner);
        outer_part.append("\n--").append(boundary).append("--");
        inner = std::move(outer_part);
        if (i == max_nesting - 1) {
            CHECK(canonical(outer + inner) == to_crlf(inner));
        }
    }
    CHECK_THROWS_AS(canonical(outer + inner), Error);
    CHECK(has_binary_part(inner));
    std::string messages = "\nx";
    for (int i = 0; i < 1000; ++i) {
        messages.insert(0, "Content-Type: message/rfc822\n\n");
    }
    CHECK_THROWS_AS(canonical(outer + messages), Error);
}

TEST_CASE("a binary part is found wherever it is") {
    CHECK(has_binary_part("Content-Transfer-Encoding: Binary\n\nx"));
    CHECK(has_binary_part(
        "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Transfer-Encoding: binary\n\nx\n--b--"));
    CHECK(has_binary_part("no entity\n"));
    CHECK_FALSE(has_binary_part("Content-Type: multipart/mixed; boundary=b\n\n--b\n\nx\n--b--"));
}
