#include "client/mail/canonical.h"
#include "client/mail/encrypted_message.h"
#include "client/mail/error.h"
#include "client/mail/line_ends.h"
#include "client/mail/outer_header.h"
#include "client/mail/signed_message.h"
#include "client/mail/verification.h"
#include "cms/enveloped_data.h"
#include "cms/error.h"
#include "tests/catch.h"
#include "tests/client/mail/software_identity.h"
#include "tests/fixtures/file.h"
#include "tests/fixtures/process.h"

using namespace signet;
using namespace signet::client::mail;
using namespace signet::tests;
using namespace std::string_literals;

namespace {

const std::string lf_message =
    "From: Alice <alice@example.org>\nTo: bob@example.org\nBcc: eve@example.org\n"
    "Content-Type: text/plain; charset=utf-8\nSubject: J\xc3\xb6rg\n\nJ\xc3\xb6rg \n";

std::string encrypted(cms::ContentCipher cipher, const std::string& content) {
    const auto message = parse_message(lf_message);
    const auto enveloped =
        cms::encrypt_content(cms::as_bytes(content), {alice().certificate()}, {.cipher = cipher});
    return make_encrypted(outer_header(message, {"Bcc"}), enveloped, cms::is_aead(cipher));
}

std::string canonical() {
    return canonical_entity(parse_message(lf_message)).bytes;
}

std::string decrypted(const std::string& raw) {
    const auto message = parse_message(raw);
    return pass_on(decrypted_message(message, alice().open(take_apart_encrypted(message))), raw);
}

}  // namespace

TEST_CASE("what we encrypt opens here and with openssl, with CRLF and with LF") {
    const auto cipher = GENERATE(cms::ContentCipher::aes256_gcm, cms::ContentCipher::aes128_cbc);
    const auto style = GENERATE(LineEnds::lf, LineEnds::crlf);
    const auto sent = with_line_ends(encrypted(cipher, canonical()), style);
    CAPTURE(sent);
    CHECK(sent.find("Bcc:") == std::string::npos);
    CHECK((sent.find("smime-type=authEnveloped-data") != std::string::npos) == cms::is_aead(cipher));
    CHECK(
        decrypted(sent) ==
        with_line_ends(
            "From: Alice <alice@example.org>\nTo: bob@example.org\nSubject: J\xc3\xb6rg\nMIME-Version: 1.0\n"
            "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\n"
            "J=C3=B6rg=20\n",
            style));
    const TemporaryFolder folder;
    write_file(folder / "sent.eml", sent);
    const auto openssl = run_or_throw({"openssl", "cms", "-decrypt", "-in", (folder / "sent.eml").string(),
                                       "-recip", alice().certificate_path(), "-inkey", alice().key_path()});
    CHECK(to_crlf(openssl.out) == canonical());
}

TEST_CASE("what openssl encrypts opens here") {
    const TemporaryFolder folder;
    write_file(folder / "content", GENERATE("Content-Type: text/plain\r\n\r\nhello\r\n"s, "hello\r\n"s,
                                            "Subject: inner\r\n\r\nhello\r\n"s));
    const auto cipher = GENERATE("-aes256"s, "-aes-256-gcm"s);
    const auto message =
        run_or_throw({"openssl", "cms", "-encrypt", cipher, "-in", (folder / "content").string(), "-from",
                      "bob@example.org", "-subject", "outer", alice().certificate_path()})
            .out;
    CAPTURE(message);
    const auto result = decrypted(message);
    const auto opened = parse_message(result);
    CHECK(opened.body == "hello\n");
    CHECK(opened.only("From")->value() == "bob@example.org");
    CHECK(opened.only("MIME-Version")->value() == "1.0");
    const auto inner = read_file(folder / "content").starts_with("Subject");
    CHECK(opened.only("Subject")->value() == (inner ? "inner" : "outer"));
    CHECK(decrypted(to_crlf(message)) == to_crlf(result));
}

TEST_CASE("a message signed and encrypted opens to a signed message") {
    const auto message = parse_message(lf_message);
    const auto signed_entity =
        make_clear_signed({}, canonical(), cms::DigestAlgorithm::sha256, alice().detached_signer());
    const auto opened = decrypted(to_lf(encrypted(cms::ContentCipher::aes256_gcm, signed_entity)));
    CHECK(opened.find('\r') == std::string::npos);
    const auto verification = verify_message(parse_message(opened), alice().verify_options());
    CHECK(verification.holds());
    CHECK(verification.entity == canonical());
}

TEST_CASE("only the message itself is opened, never a part of it") {
    const auto inner = encrypted(cms::ContentCipher::aes256_gcm, canonical());
    const auto mixed =
        "From: eve@example.org\nContent-Type: multipart/mixed; boundary=b\n\n--b\n"
        "Content-Type: text/html\n\n<img src=\"//eve/\n--b\n" +
        inner + "\n--b--\n";
    CHECK_THROWS_AS(take_apart_encrypted(parse_message(mixed)), Error);
    const auto forwarded = "From: eve@example.org\nContent-Type: message/rfc822\n\n" + inner;
    CHECK_THROWS_AS(take_apart_encrypted(parse_message(forwarded)), Error);
}

TEST_CASE("encrypted mail is known by its type, in all its names") {
    const auto header =
        GENERATE("Content-Type: application/pkcs7-mime"s, "Content-Type: application/x-pkcs7-mime; name=a"s,
                 "Content-Type: Application/PKCS7-MIME; smime-type=Enveloped-Data"s,
                 "Content-Type: application/octet-stream; name=\"SMIME.P7M\""s,
                 "Content-Type: application/octet-stream\nContent-Disposition: x; filename=a.p7m"s);
    const auto text = header + "\nContent-Transfer-Encoding: base64\n\nQUJD\n";
    CAPTURE(text);
    CHECK(cms::as_text(take_apart_encrypted(parse_message(text))) == "ABC");
}

TEST_CASE("what is not encrypted is refused") {
    const auto header =
        GENERATE("Subject: x"s, "Content-Type: text/plain"s, "Content-Type: application/octet-stream"s,
                 "Content-Type: application/octet-stream; name=p7m"s,
                 "Content-Type: application/pkcs7-mime; smime-type=signed-data"s,
                 "Content-Type: application/pkcs7-mime; smime-type=enveloped-data; smime-type=x"s);
    const auto text = header + "\n\nQUJD\n";
    CHECK_THROWS_AS(take_apart_encrypted(parse_message(text)), Error);
}

TEST_CASE("no truncated message is opened") {
    const auto cipher = GENERATE(cms::ContentCipher::aes256_gcm, cms::ContentCipher::aes128_cbc);
    const auto message = encrypted(cipher, canonical());
    const auto whole = message.find_last_not_of("\r\n") + 1;
    CHECK_NOTHROW(decrypted(message.substr(0, whole)));
    const auto opens = [&message](std::size_t size) {
        try {
            static_cast<void>(decrypted(message.substr(0, size)));
            return true;
        } catch (const Error&) {
            return false;
        } catch (const cms::Error&) {
            return false;
        }
    };
    for (std::size_t size = 0; size < whole; ++size) {
        CAPTURE(size);
        REQUIRE_FALSE(opens(size));
    }
}

TEST_CASE("line ends change only where nothing else does") {
    const auto lf = "From: a\n"s;
    const auto crlf = "From: a\r\n"s;
    CHECK(pass_on("A: b\r\n\r\nx\r\n", lf) == "A: b\n\nx\n");
    CHECK(pass_on("A: b\n\nx\n", crlf) == "A: b\r\n\r\nx\r\n");
    CHECK(pass_on("A: b\r\n\r\nx\r\n", crlf) == "A: b\r\n\r\nx\r\n");
    for (const auto& text : {"A: b\r\n\r\nx\ny\r\n"s, "A: b\r\n\r\nx\ry\r\n"s, "A: b\r\n\r\n\0\r\n"s,
                             "Content-Transfer-Encoding: binary\r\n\r\nx\r\n"s}) {
        CHECK(pass_on(text, lf) == text);
    }
    CHECK(pass_on("Content-Transfer-Encoding: binary\n\nx\n", crlf) ==
          "Content-Transfer-Encoding: binary\n\nx\n");
}
