#include "client/mail/canonical.h"
#include "client/mail/error.h"
#include "client/mail/line_ends.h"
#include "client/mail/outer_header.h"
#include "client/mail/signed_message.h"
#include "client/mail/verification.h"
#include "cms/digest_stream.h"
#include "cms/error.h"
#include "tests/catch.h"
#include "tests/client/mail/software_identity.h"
#include "tests/fixtures/file.h"
#include "tests/fixtures/process.h"

#include <array>
#include <random>

using namespace signet;
using namespace signet::client::mail;
using namespace signet::tests;
using namespace std::string_literals;

namespace {

/// Messages whose bodies tempt relays and parsers, LF.
const std::array messages = {
    message_of("", "plain text\n"),
    message_of("", ""),
    message_of("", "no final newline"),
    message_of("", "\n\n"),
    message_of("", "trailing spaces  \nand tab\t\nFrom the start\n.\n..\n-- \n"),
    message_of("Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n",
               "J\xc3\xb6rg \xe2\x82\xac\n"),
    message_of("Content-Type: application/octet-stream\nContent-Transfer-Encoding: binary\n",
               "\0\1\2\r\n\xff\n\r"s),
    message_of("Content-Type: multipart/mixed;\n boundary=\"=_x y\"\n",
               "preamble\n--=_x y\n\ntext\n--=_x y\nContent-Type: image/png; name=\"a\n b\"\n"
               "Content-Transfer-Encoding: base64\n\niVBORw0KGgo=\n\n--=_x y--\n"),
    "Received: from x\n\tby y\nSubject: =?utf-8?q?J=C3=B6rg?=\n and J\xc3\xb6rg raw\nFrom: "
    "alice@example.org\n"
    "mime-version: 1.0\nX-Empty:\n\nbody --\n--\n"s,
};

std::string clear_signed(const std::string& lf_message) {
    const auto message = parse_message(lf_message);
    return make_clear_signed(outer_header(message), canonical_entity(message).bytes,
                             cms::DigestAlgorithm::sha256, alice().detached_signer());
}

std::string opaque_signed(const std::string& lf_message) {
    const auto message = parse_message(lf_message);
    return make_opaque_signed(outer_header(message), canonical_entity(message).bytes,
                              alice().attached_signer());
}

Verification verify(const std::string& message) {
    return verify_message(parse_message(message), alice().verify_options());
}

bool holds(const std::string& message) {
    try {
        return verify(message).holds();
    } catch (const Error&) {
        return false;
    } catch (const cms::Error&) {
        return false;
    }
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
    const auto at = text.find(from);
    REQUIRE(at != std::string::npos);
    return text.replace(at, from.size(), to);
}

std::string boundary_of(const std::string& message) {
    const auto begin = message.find("boundary=\"") + 10;
    return message.substr(begin, message.find('"', begin) - begin);
}

}  // namespace

TEST_CASE("openssl and we accept what we sign, with CRLF and with LF") {
    for (const auto& lf_message : messages) {
        CAPTURE(lf_message);
        const auto entity = canonical_entity(parse_message(lf_message)).bytes;
        for (const auto& message : {clear_signed(lf_message), opaque_signed(lf_message)}) {
            for (const auto style : {LineEnds::crlf, LineEnds::lf}) {
                const auto sent = with_line_ends(message, style);
                const auto openssl = openssl_verifies(alice(), sent);
                CAPTURE(sent, openssl.err);
                CHECK(openssl.status == 0);
                CHECK(to_crlf(openssl.content) == entity);
                const auto ours = verify(sent);
                CHECK(ours.holds());
                CHECK(ours.entity == entity);
                CHECK(is_relay_safe(sent.substr(sent.find(style == LineEnds::lf ? "\n\n" : "\r\n\r\n"))));
            }
        }
    }
}

TEST_CASE("the header stays outside, in order and byte for byte") {
    const auto signed_message = to_lf(clear_signed(messages.back()));
    CHECK(
        signed_message.starts_with("Received: from x\n\tby y\nSubject: =?utf-8?q?J=C3=B6rg?=\n and "
                                   "J\xc3\xb6rg raw\nFrom: alice@example.org\n"
                                   "mime-version: 1.0\nX-Empty:\nContent-Type: multipart/signed; "
                                   "protocol=\"application/pkcs7-signature\";\n"
                                   " micalg=sha-256; boundary=\""));
    CHECK(to_lf(clear_signed(messages.front())).find("Subject: A test\nMIME-Version: 1.0\nContent-Type: ") !=
          std::string::npos);
}

TEST_CASE("we accept what openssl signs") {
    const TemporaryFolder folder;
    write_file(folder / "content", "Content-Type: text/plain\r\n\r\nhello \r\n\r\n");
    const auto detached = GENERATE(true, false);
    const auto text = GENERATE(true, false);
    Arguments argv = {"openssl",
                      "cms",
                      "-sign",
                      "-in",
                      (folder / "content").string(),
                      "-signer",
                      alice().certificate_path(),
                      "-inkey",
                      alice().key_path(),
                      "-from",
                      "Alice <alice@example.org>",
                      "-to",
                      "bob@example.org",
                      "-subject",
                      "x"};
    if (!detached) {
        argv.emplace_back("-nodetach");
    }
    if (text) {
        argv.emplace_back("-text");
    }
    const auto message = run_or_throw(argv).out;
    CAPTURE(message);
    for (const auto& sent : {message, to_crlf(message)}) {
        const auto verification = verify(sent);
        CHECK(verification.holds());
        CHECK(verification.senders == std::vector<std::string>{"alice@example.org"});
        CHECK(verification.entity.ends_with("Content-Type: text/plain\r\n\r\nhello \r\n\r\n"));
    }
    if (detached) {
        CHECK_FALSE(holds(replaced(message, "hello", "hallo")));
    }
}

TEST_CASE("no changed byte of the signed part verifies") {
    const auto message = clear_signed(messages[7]);
    const auto entity = canonical_entity(parse_message(messages[7])).bytes;
    const auto begin = message.find(entity);
    REQUIRE(begin != std::string::npos);
    REQUIRE(holds(message));
    for (std::size_t i = begin; i < begin + entity.size(); ++i) {
        auto changed = message;
        changed[i] = static_cast<char>(changed[i] ^ 1);
        CAPTURE(i);
        REQUIRE_FALSE(holds(changed));
        // Without its CR a line is still the same line.
        const auto shortened = std::string(message).erase(i, 1);
        REQUIRE(holds(shortened) == (to_crlf(shortened) == message));
    }
}

TEST_CASE("a signature by somebody else than the sender does not hold") {
    const auto message = clear_signed(messages.front());
    const auto spoofed =
        verify(replaced(message, "Alice <alice@example.org>", "\"alice@example.org\" <bob@example.org>"));
    CHECK_FALSE(spoofed.holds());
    CHECK(spoofed.signed_data.holds());
    REQUIRE(spoofed.reasons.size() == 1);
    CHECK(spoofed.reasons[0].code == MessageReasonCode::sender_differs);
    CHECK(spoofed.reasons[0].text ==
          "the signer is alice@example.org, the message says it is from bob@example.org");
    CHECK_THROWS_AS(verify("From: bob@example.org\r\n" + message), Error);
    const auto anonymous = verify(replaced(message, "From: Alice <alice@example.org>\r\n", ""));
    CHECK_FALSE(anonymous.holds());
    CHECK(anonymous.signed_data.holds());
    REQUIRE(anonymous.reasons.size() == 1);
    CHECK(reason_token(anonymous.reasons[0].code) == "sender-missing");
}

TEST_CASE("a signature that brings no certificate does not hold, and that is the one reason") {
    const auto message = parse_message(messages.front());
    const auto entity = canonical_entity(message).bytes;
    const auto digest = cms::digest(cms::DigestAlgorithm::sha256, cms::as_bytes(entity));
    const auto verification = verify(make_clear_signed(
        outer_header(message), entity, cms::DigestAlgorithm::sha256,
        [&digest](cms::BytesView) { return alice().sign_digest(digest, cms::IncludedCertificates::none); }));
    CHECK_FALSE(verification.holds());
    CHECK(verification.reasons.empty());
    REQUIRE(verification.signed_data.signers.size() == 1);
    REQUIRE(verification.signed_data.signers[0].reasons.size() == 1);
    CHECK(verification.signed_data.signers[0].reasons[0].code == cms::ReasonCode::certificate_missing);
}

TEST_CASE("a signature that nobody vouches for does not hold") {
    CHECK_FALSE(verify_message(parse_message(clear_signed(messages.front())), {}).holds());
}

TEST_CASE("a message in any other form is not verified at all") {
    const auto message = clear_signed(messages.front());
    const auto boundary = boundary_of(message);
    const auto part = "--" + boundary + "\r\n\r\nmore\r\n";
    const auto last = "--" + boundary + "--\r\n";
    const auto broken = GENERATE_COPY(
        replaced(message, last, part + last), replaced(message, last, last + part),
        replaced(message, "--" + boundary + "\r\n", part + "--" + boundary + "\r\n"),
        replaced(message, last, ""),
        replaced(message, "protocol=\"application/pkcs7-signature\"",
                 "protocol=\"application/pgp-signature\""),
        replaced(message, "protocol=\"application/pkcs7-signature\";", ""),
        replaced(message, "Content-Type: application/pkcs7-signature",
                 "Content-Type: application/pkcs7-mime"),
        replaced(message, "Content-Type: multipart/signed", "Content-Type: multipart/mixed"),
        replaced(message, "boundary=\"", "boundary=\"x"), replaced(message, "base64\r\n", "x-none\r\n"),
        replaced(message, "Subject: A test\r\n", "Content-Type: text/plain\r\n"),
        replaced(message, "boundary=\"", "boundary=x; boundary=\""));
    CAPTURE(broken);
    CHECK_THROWS_AS(verify(broken), Error);
}

TEST_CASE("old names and any micalg are tolerated, as the SignedData says what counts") {
    auto message = clear_signed(messages.front());
    CHECK(verify(replaced(message, "micalg=sha-256; ", "")).holds());
    CHECK(verify(replaced(message, "micalg=sha-256", "micalg=md5")).holds());
    message = replaced(message, "protocol=\"application/pkcs7-signature\"",
                       "protocol=\"application/x-pkcs7-signature\"");
    CHECK(
        verify(replaced(message, "Type: application/pkcs7-signature", "Type: application/X-PKCS7-Signature"))
            .holds());
}

TEST_CASE("a detached signature with content of its own does not hold") {
    const auto message = parse_message(messages.front());
    const auto entity = canonical_entity(message).bytes;
    const auto confused = make_clear_signed(
        outer_header(message), "Content-Type: text/plain\r\n\r\nshown instead", cms::DigestAlgorithm::sha256,
        [&entity](cms::BytesView) { return alice().attached_signer()(cms::as_bytes(entity)); });
    CHECK_FALSE(verify(confused).holds());
    REQUIRE(verify(confused).reasons.size() == 1);
    CHECK(verify(confused).reasons[0].code == MessageReasonCode::content_twice);
    const auto same = make_clear_signed(outer_header(message), entity, cms::DigestAlgorithm::sha256,
                                        alice().attached_signer());
    CHECK_FALSE(verify(same).holds());
}

TEST_CASE("no truncated message verifies") {
    const auto make = GENERATE(clear_signed, opaque_signed);
    const auto message = make(messages[0]);
    REQUIRE(holds(message));
    // Without the white space at its end it is still whole.
    const auto whole = message.find_last_not_of("\r\n") + 1;
    CHECK(holds(message.substr(0, whole)));
    for (std::size_t size = 0; size < whole; ++size) {
        CAPTURE(size);
        REQUIRE_FALSE(holds(message.substr(0, size)));
    }
}

TEST_CASE("random changes are refused or hold, and do nothing else") {
    const auto seed = std::random_device{}();
    CAPTURE(seed);
    std::mt19937 random(seed);
    const auto clear = clear_signed(messages[7]);
    const auto entity = canonical_entity(parse_message(messages[7])).bytes;
    for (int round = 0; round < 2000; ++round) {
        auto changed = clear;
        for (auto changes = 1 + random() % 4; changes > 0; --changes) {
            const auto at = random() % changed.size();
            switch (random() % 3) {
                case 0:
                    changed[at] = static_cast<char>(random());
                    break;
                case 1:
                    changed.erase(at, 1 + random() % 20);
                    break;
                default:
                    changed.insert(at, changed.substr(random() % changed.size(), random() % 60));
            }
        }
        CAPTURE(changed);
        try {
            const auto verification = verify(changed);
            REQUIRE((!verification.holds() || verification.entity == entity));
            static_cast<void>(canonical_entity(parse_message(changed)));
        } catch (const Error&) {
        } catch (const cms::Error&) {
        }
    }
}
