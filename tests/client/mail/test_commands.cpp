// The program itself, where it needs no agent: what it prints, how it ends, what it leaves.
#include "client/mail/canonical.h"
#include "client/mail/outer_header.h"
#include "client/mail/signed_message.h"
#include "client/mail/smime_part.h"
#include "cms/asn1/der.h"
#include "tests/catch.h"
#include "tests/client/mail/software_identity.h"
#include "tests/fixtures/agent_process.h"
#include "tests/fixtures/file.h"
#include "tests/fixtures/process.h"

#include <zlib.h>

#include <filesystem>

using namespace signet;
using namespace signet::client::mail;
using namespace signet::tests;
using namespace std::string_literals;

namespace {

ProcessResult mail(Arguments arguments, const std::string& input) {
    arguments.insert(arguments.begin(), program("signet-mail").string());
    return run(arguments, {.stdin_text = input,
                           // Nor is there a program that tells whom the system trusts.
                           .environment = {{"SIGNET_SOCKET", (alice().folder() / "no-agent").string()},
                                           {"PATH", "/nonexistent"}},
                           .folder = alice().folder().path()});
}

std::string signed_mail() {
    const auto raw = message_of("", "hello\n");
    const auto message = parse_message(raw);
    return make_clear_signed(outer_header(message), canonical_entity(message).bytes,
                             cms::DigestAlgorithm::sha256, alice().detached_signer());
}

void check_refused(const ProcessResult& result, int status) {
    CAPTURE(result.err);
    CHECK(result.status == status);
    CHECK(result.out.empty());
    CHECK(count_lines(result.err) == 1);
    CHECK(result.err.starts_with("signet: "));
}

}  // namespace

TEST_CASE("a message that holds is passed on without its header, and its signer named") {
    const auto result = mail({"verify", "--trust", alice().root_path()}, signed_mail());
    CAPTURE(result.err);
    CHECK(result.status == 0);
    CHECK(result.out == "Content-Type: text/plain; charset=us-ascii\r\n\r\nhello\r\n");
    CHECK(result.err.find("alice@example.org") != std::string::npos);
}

TEST_CASE("with --json the answer is printed, and the message written where -o says") {
    const auto out = (alice().folder() / "verified").string();
    const auto result = mail({"verify", "--trust", alice().root_path(), "--json", "-o", out}, signed_mail());
    CAPTURE(result.out, result.err);
    CHECK(result.status == 0);
    CHECK(result.out.starts_with(
        "{\"holds\":true,\"from\":[\"alice@example.org\"],\"reasons\":[],\"signature\":{\"holds\":true,"));
    CHECK(result.out.ends_with("}}\n"));
    CHECK(read_file(out).ends_with("hello\r\n"));
    std::filesystem::remove(out);
    check_refused(mail({"verify", "--json", "-o", "-"}, signed_mail()), 2);
}

TEST_CASE("a message that does not hold leaves nothing but the reason") {
    auto message = signed_mail();
    check_refused(mail({"verify"}, message), 1);
    check_refused(
        mail({"verify", "--trust", alice().root_path(), "--require-policy", "1.3.6.1.4.1.99.1"}, message), 1);
    check_refused(mail({"verify", "--trust", alice().root_path(), "--require-policy", "none"}, message), 2);
    message.replace(message.find("alice@"), 5, "eve");
    check_refused(mail({"verify", "--trust", alice().root_path(), "-o", "unverified"}, message), 1);
    message.replace(message.find("eve@"), 3, "\"\x1b[2J\"");
    check_refused(mail({"verify", "--trust", alice().root_path(), "-o", "unverified"}, message), 8);
    message = signed_mail();
    message.replace(message.find("hello"), 5, "hallo");
    check_refused(mail({"verify", "--trust", alice().root_path(), "-o", "unverified"}, message), 1);
    CHECK_FALSE(std::filesystem::exists(alice().folder() / "unverified"));
    const auto json = mail({"verify", "--trust", alice().root_path(), "--json"}, message);
    CHECK(json.status == 1);
    CHECK(json.out.starts_with("{\"holds\":false,"));
    CHECK(json.out.find("{\"reason\":\"content-altered\",") != std::string::npos);
    message = signed_mail();
    message.replace(message.find("alice@"), 5, "eve");
    const auto spoofed = mail({"verify", "--trust", alice().root_path(), "--json"}, message);
    CHECK(spoofed.status == 1);
    CHECK(spoofed.out.find("\"reasons\":[{\"reason\":\"sender-differs\",\"text\":\"") != std::string::npos);
}

TEST_CASE("reasons that hold commas are told apart") {
    auto message = signed_mail();
    message.replace(message.find("alice@"), 5, "eve");
    CHECK(
        mail({"verify"}, message).err ==
        "signet: standard input does not verify: the signer is alice@example.org, the message says it is "
        "from "
        "eve@example.org; signer not trusted: no trust anchors given; name the authority's certificate with "
        "--trust\n");
}

TEST_CASE("a message for another command names that command") {
    CHECK(
        mail({"decrypt"}, signed_mail()).err.ends_with("; it is signed: read it with signet mail verify\n"));
    const auto message = message_of("", "hello\n");
    const auto encrypted = mail({"encrypt", "--no-self", "-r", alice().certificate_path()}, message);
    REQUIRE(encrypted.status == 0);
    CHECK(mail({"verify"}, encrypted.out)
              .err.ends_with("; it is encrypted: open it with signet mail decrypt first\n"));
    CHECK(mail({"verify"}, message).err.ends_with("nor signed-data; ask the sender to sign it\n"));
    CHECK(mail({"decrypt"}, message).err.ends_with("with enveloped-data; read it as it is\n"));
    CHECK(mail({"decompress"}, encrypted.out)
              .err.ends_with("; it is encrypted: open it with signet mail decrypt\n"));
    CHECK(mail({"decompress"}, message).err.ends_with("; read it as it is\n"));
    const auto compressed = mail({"compress"}, message);
    REQUIRE(compressed.status == 0);
    for (const char* command : {"decrypt", "unwrap"})
        CHECK(mail({command}, compressed.out)
                  .err.ends_with("; it is compressed: open it with signet mail decompress\n"));
}

TEST_CASE("no header field that names blind recipients stays") {
    const auto encrypted =
        mail({"encrypt", "--no-self", "-r", alice().certificate_path()},
             "resent-bcc: mallory@example.org\nBCC: eve@example.org\n" + message_of("", "x"));
    REQUIRE(encrypted.status == 0);
    CHECK(encrypted.out.find("example.org\n") != std::string::npos);
    CHECK(encrypted.out.find("mallory") == std::string::npos);
    CHECK(encrypted.out.find("eve@") == std::string::npos);
}

TEST_CASE("without authorities one reason is given: that there are none") {
    const auto result = mail({"verify"}, signed_mail());
    CHECK(result.err ==
          "signet: standard input does not verify: signer not trusted: no trust anchors given; name the "
          "authority's certificate with --trust\n");
}

TEST_CASE("bad input is refused in one line, with no agent and no output") {
    const auto command = GENERATE("sign"s, "verify"s, "decrypt"s, "encrypt"s);
    std::string nested = "\nx";
    for (int i = 0; i < 1000; ++i) {
        const auto boundary = "b" + std::to_string(i);
        std::string outer_part = "Content-Type: multipart/mixed; boundary=";
        outer_part.append(boundary).append("\n\n--").append(boundary).append("\n").append(nested);
        outer_part.append("\n--").append(boundary).append("--");
        nested = std::move(outer_part);
    }
    const auto header = "From: alice@example.org\nTo: alice@example.org\n"s;
    for (const auto& input :
         {""s, "\n"s, "no message\n"s, std::string(2000, '\xff'), std::string("a\0b", 3),
          header + "Content-Type: text\n\nx", header + "Content-Type: multipart/signed\n\nx",
          header + "Content-Type: multipart/mixed; boundary=b\n\nx",
          header + "X: " + std::string(2 << 20, 'x') + "\n\nx",
          header + "X: %s%n%s\rBcc: eve@example.org\n\nx", header + nested}) {
        CAPTURE(command, input.substr(0, 200));
        const auto refused = mail({command, "-o", "refused"}, input);
        check_refused(refused, 8);
        CHECK(refused.err.find("; ") != std::string::npos);
        CHECK_FALSE(std::filesystem::exists(alice().folder() / "refused"));
    }
}

TEST_CASE("without an agent nothing is signed, encrypted or decrypted") {
    const auto message = message_of("", "hello\n");
    check_refused(mail({"sign"}, message), 3);
    check_refused(mail({"encrypt"}, message), 3);
    check_refused(mail({"encrypt", "--no-self", "--sign", "-r", alice().certificate_path()}, message), 3);
    const auto encrypted = mail({"encrypt", "--no-self", "-r", alice().certificate_path()}, message);
    CHECK(encrypted.status == 0);
    CHECK(encrypted.out.find("hello") == std::string::npos);
    check_refused(mail({"decrypt"}, encrypted.out), 3);
}

TEST_CASE("wrong usage is exit status 2") {
    const auto arguments = GENERATE(Arguments{}, Arguments{"frobnicate"}, Arguments{"sign", "a", "b"},
                                    Arguments{"sign", "--digest", "sha1"},
                                    Arguments{"encrypt", "--no-self", "--cipher", "rot13"},
                                    Arguments{"encrypt", "--no-self", "-k", "x"},
                                    Arguments{"verify", "--at", "noon"}, Arguments{"decrypt", "--unknown"});
    check_refused(mail(arguments, message_of("", "x")), 2);
}

TEST_CASE("a message is compressed and decompressed, with what is signed inside") {
    std::string body;
    for (int i = 0; i < 2000; ++i)
        body += "line " + std::to_string(i) + "\n";
    const auto raw = message_of("", body);
    const auto compressed = mail({"compress"}, raw);
    CAPTURE(compressed.err);
    REQUIRE(compressed.status == 0);
    CHECK(compressed.err.empty());
    CHECK(compressed.out.find("smime-type=compressed-data") != std::string::npos);
    CHECK(compressed.out.find("Subject:") != std::string::npos);
    CHECK(compressed.out.size() < raw.size() / 2);
    const auto opened = mail({"decompress"}, compressed.out);
    CHECK(opened.status == 0);
    CHECK(opened.out.find(body) != std::string::npos);
    CHECK(opened.out.find("compressed-data") == std::string::npos);

    const auto of_signed = mail({"compress"}, signed_mail());
    REQUIRE(of_signed.status == 0);
    const auto unwrapped = mail({"unwrap", "--trust", alice().root_path()}, of_signed.out);
    CAPTURE(unwrapped.err);
    CHECK(unwrapped.status == 0);
    CHECK(unwrapped.out.find("hello") != std::string::npos);
    CHECK(unwrapped.err.find("alice@example.org") != std::string::npos);
    const auto decompressed = mail({"decompress"}, of_signed.out);
    CHECK(mail({"verify", "--trust", alice().root_path()}, decompressed.out).status == 0);

    check_refused(mail({"decompress"}, raw), 8);
    check_refused(
        mail({"decompress"}, mail({"compress"}, message_of("", std::string(8 << 20, 'x') + "\n")).out), 8);
}

TEST_CASE("a bomb within what is compressed is refused, though neither is one by itself") {
    using cms::asn1::Tag;
    const auto compressed_part = [](const std::string& stored, const std::string& squeezed) {
        z_stream zlib{};
        REQUIRE(deflateInit(&zlib, Z_NO_COMPRESSION) == Z_OK);
        cms::Bytes stream(stored.size() + squeezed.size() + 1000);
        zlib.next_out = stream.data();
        zlib.avail_out = static_cast<uInt>(stream.size());
        const auto add = [&](std::string text, int flush) {
            zlib.next_in = reinterpret_cast<Bytef*>(text.data());
            zlib.avail_in = static_cast<uInt>(text.size());
            CHECK(deflate(&zlib, flush) == (flush == Z_FINISH ? Z_STREAM_END : Z_OK));
        };
        add(stored, Z_FULL_FLUSH);
        REQUIRE(deflateParams(&zlib, Z_BEST_COMPRESSION, Z_DEFAULT_STRATEGY) == Z_OK);
        add(squeezed, Z_FINISH);
        stream.resize(stream.size() - zlib.avail_out);
        deflateEnd(&zlib);
        const auto info = cms::asn1::tlv(
            Tag::sequence,
            {cms::asn1::object_identifier("1.2.840.113549.1.7.1"),
             cms::asn1::tlv(cms::asn1::context(0), {cms::asn1::tlv(Tag::octet_string, {stream})})});
        const auto zlib_compress =
            cms::asn1::tlv(Tag::sequence, {cms::asn1::object_identifier("1.2.840.113549.1.9.16.3.8")});
        const auto data = cms::asn1::tlv(Tag::sequence, {cms::asn1::integer(0), zlib_compress, info});
        return smime_part(
            "compressed-data",
            cms::asn1::tlv(Tag::sequence, {cms::asn1::object_identifier("1.2.840.113549.1.9.16.1.9"),
                                           cms::asn1::tlv(cms::asn1::context(0), {data})}));
    };
    const std::string head = "From: alice@example.org\r\nMIME-Version: 1.0\r\n";
    const std::string text = "Content-Type: text/plain\r\n\r\n";
    const auto inner = head + compressed_part(text + std::string(std::size_t{512} << 10, 'x'),
                                              std::string(std::size_t{20} << 20, 'x'));
    const auto outer = mail({"compress"}, inner);
    REQUIRE(outer.status == 0);
    REQUIRE(outer.out.size() < 100'000);
    CHECK(mail({"decompress"}, inner).status == 0);
    CHECK(mail({"decompress"}, outer.out).status == 0);
    const Arguments unwrap{"unwrap", "--trust", alice().root_path()};
    CHECK(mail(unwrap, inner).err.find("nobody has signed it") != std::string::npos);
    const auto refused = mail(unwrap, outer.out);
    check_refused(refused, 8);
    CHECK(refused.err.find("it expands above ") != std::string::npos);
    // As often as one likes is too often as well.
    auto often = mail({"compress"}, message_of("", "hello\n"));
    for (int i = 0; i < 8; ++i) {
        often = mail({"compress"}, often.out);
    }
    const auto too_often = mail(unwrap, often.out);
    check_refused(too_often, 8);
    CHECK(too_often.err.find("compressed more than 8 times") != std::string::npos);
}
