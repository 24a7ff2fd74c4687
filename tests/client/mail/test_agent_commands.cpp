// The program against an agent that a test plays: whom it asks for, and what it makes of the answers.
#include "client/mail/canonical.h"
#include "client/mail/encrypted_message.h"
#include "client/mail/verification.h"
#include "cms/asn1/der.h"
#include "cms/enveloped_data.h"
#include "tests/catch.h"
#include "tests/client/fake_agent.h"
#include "tests/client/mail/software_identity.h"
#include "tests/fixtures/agent_process.h"
#include "tests/fixtures/file.h"
#include "tests/fixtures/process.h"

#include <algorithm>

using namespace signet;
using namespace signet::client::mail;
using namespace signet::tests;
using namespace std::string_literals;
namespace protocol = agent::protocol;

namespace {

/// Signs and opens with alice's key, whoever is asked for.
protocol::Reply answer(const protocol::Request& request) {
    protocol::Reply reply;
    if (request.has_sign()) {
        const auto included = request.sign().certificates() == protocol::NONE
                                  ? cms::IncludedCertificates::none
                                  : cms::IncludedCertificates::chain;
        for (const auto& digest : request.sign().digest()) {
            reply.mutable_sign()->add_signed_data(
                std::string(cms::as_text(alice().sign_digest(cms::as_bytes(digest), included))));
        }
    } else if (request.has_unwrap()) {
        const auto key = alice().content_key(cms::as_bytes(request.unwrap().recipient_info(0)));
        reply.mutable_unwrap()->set_key(std::string(cms::as_text(key)));
    }
    return reply;
}

struct Session {
    FakeAgent agent{FakeAgent::answering(answer)};

    ProcessResult mail(Arguments arguments, const std::string& input) const {
        arguments.insert(arguments.begin(), program("signet-mail").string());
        return run(arguments, {.stdin_text = input, .environment = {{"SIGNET_SOCKET", agent.socket()}}});
    }

    /// Whom the last Sign was for.
    [[nodiscard]] std::vector<std::string> signers() const {
        std::vector<std::string> identities;
        for (const auto& request : agent.received()) {
            if (request.has_sign()) {
                identities.assign(request.sign().identity().begin(), request.sign().identity().end());
            }
        }
        return identities;
    }
};

bool holds(const std::string& message) {
    return verify_message(parse_message(message), alice().verify_options()).holds();
}

/// An EnvelopedData to alice whose content says that it is a SignedData.
std::string encrypted_without_mime(cms::BytesView signed_data, cms::ContentCipher cipher) {
    auto enveloped = cms::encrypt_content(signed_data, {alice().certificate()}, {.cipher = cipher});
    const auto id_data = cms::asn1::object_identifier("1.2.840.113549.1.7.1");
    // The content type stands behind the recipients, and nothing protects it.
    const auto place = std::search(enveloped.begin(), enveloped.end(), id_data.begin(), id_data.end());
    *(place + static_cast<std::ptrdiff_t>(id_data.size()) - 1) = 2;
    return make_encrypted("From: alice@example.org\r\nSubject: nested\r\nMIME-Version: 1.0\r\n", enveloped,
                          cms::is_aead(cipher));
}

}  // namespace

TEST_CASE("the sender signs, with the line ends of the input") {
    const Session session;
    const auto opaque = GENERATE(false, true);
    for (const auto& message : {message_of("", "hello \n"), with_crlf(message_of("", "hello \n"))}) {
        const auto result = session.mail(opaque ? Arguments{"sign", "--opaque"} : Arguments{"sign"}, message);
        CAPTURE(result.out, result.err);
        REQUIRE(result.status == 0);
        CHECK(result.err.empty());
        CHECK(session.signers() == std::vector<std::string>{"alice@example.org"});
        CHECK(holds(result.out));
        CHECK(openssl_verifies(alice(), result.out).status == 0);
        CHECK((result.out.find('\r') != std::string::npos) == (message.find('\r') != std::string::npos));
        CHECK((result.out.find("smime-type=signed-data") != std::string::npos) == opaque);
    }
}

TEST_CASE("what is sent along with a signature is what --certificates says") {
    const Session session;
    const auto form = GENERATE(Arguments{"sign"}, Arguments{"encrypt", "--no-self", "--sign", "-r"});
    const std::vector<std::pair<std::string, protocol::CertificateSet>> sets{
        {"chain", protocol::CHAIN}, {"signer", protocol::SIGNER}, {"none", protocol::NONE}};
    for (const auto& [name, set] : sets) {
        auto arguments = form;
        if (arguments.size() > 1) {
            arguments.push_back(alice().certificate_path());
        }
        arguments.insert(arguments.end(), {"--certificates", name});
        const auto result = session.mail(arguments, message_of("", "hello\n"));
        CAPTURE(name, result.err);
        CHECK(result.status == 0);
        CHECK(result.err.empty());
        REQUIRE(session.agent.received().back().has_sign());
        CHECK(session.agent.received().back().sign().certificates() == set);
    }
    CHECK(session.mail({"sign", "--certificates", "all"}, message_of("", "x")).status == 2);
}

TEST_CASE("a key is sent as --rsa-pkcs1 and --rsa-oaep-sha256 say, and openssl opens it") {
    const auto message = message_of("", "hello\n");
    const TemporaryFolder folder;
    const auto encrypt = [&](Arguments options) {
        options.insert(options.begin(), {program("signet-mail").string(), "encrypt", "--no-self", "-r",
                                         alice().certificate_path(), "-o", "secret.eml"});
        return run(options, {.stdin_text = message, .folder = folder.path()});
    };
    struct Transport {
        Arguments options;
        std::string shown;
    };
    for (const auto& [options, shown] :
         {Transport{{}, "rsaesOaep"}, Transport{{"--rsa-pkcs1"}, "rsaEncryption"},
          Transport{{"--rsa-oaep-sha256", "--cipher", "aes-128-cbc"}, "sha256"}}) {
        const auto encrypted = encrypt(options);
        CAPTURE(shown, encrypted.err);
        REQUIRE(encrypted.status == 0);
        const auto parts = run_or_throw({"openssl", "cms", "-cmsout", "-print", "-in", "secret.eml"},
                                        {.folder = folder.path()});
        CHECK(parts.out.find(shown) != std::string::npos);
        const auto opened = run({"openssl", "cms", "-decrypt", "-in", "secret.eml", "-recip",
                                 alice().certificate_path(), "-inkey", alice().key_path()},
                                {.folder = folder.path()});
        CHECK(opened.status == 0);
        CHECK(opened.out.find("hello") != std::string::npos);
    }
    CHECK(encrypt({"--rsa-pkcs1", "--rsa-oaep-sha256"}).status == 2);
}

TEST_CASE("who is named signs, and a signature that readers will refuse is warned of") {
    const Session session;
    const auto from = GENERATE("bob@example.org"s, "root"s, "a@example.org, b@example.org"s);
    const auto result = session.mail({"sign", "-k", "x"}, "From: " + from + "\n\nhello\n");
    CAPTURE(from, result.err);
    CHECK(result.status == 0);
    CHECK(result.err.starts_with("signet: warning: "));
    CHECK(std::count(result.err.begin(), result.err.end(), '\n') == 1);
    CHECK(session.signers() == std::vector<std::string>{"x"});
    const auto nobody = session.mail({"sign"}, "Subject: x\n\nhello\n");
    CHECK(nobody.status == 0);
    CHECK(nobody.err ==
          "signet: warning: the message does not say whom it is from: it has no From field: readers will not "
          "accept the signature as the sender's\n");
    CHECK(session.signers().empty());
}

TEST_CASE("an address without a certificate is an error alone, that says what was looked for") {
    const Session session;
    const auto result =
        session.mail({"encrypt", "--no-self"}, "Bcc: bob@example.org\n" + message_of("", "x"));
    CHECK(result.status == 4);
    CHECK(result.err ==
          "signet: cannot encrypt to bob@example.org: no identity of the agent has this address; name the "
          "certificate of each recipient with -r FILE\n");
}

TEST_CASE("a warning about a message follows the message") {
    const Session session;
    const auto message = message_of("Content-Language: J\xc3\xb6\n", "x");
    const auto refused = session.mail({"sign", "-o", "no/folder"}, message);
    CHECK(refused.status == 9);
    CHECK(count_lines(refused.err) == 1);
    const auto signed_message = session.mail({"sign"}, message);
    CHECK(signed_message.status == 0);
    CHECK(signed_message.err.starts_with("signet: warning: a header field of a part holds characters"));
}

TEST_CASE("of several senders somebody must be named") {
    const Session session;
    const auto result = session.mail({"sign"}, "From: a@example.org, b@example.org\n\nhello\n");
    CHECK(result.status == 4);
    CHECK(result.out.empty());
}

TEST_CASE("what is signed and encrypted is decrypted and verified again") {
    const Session session;
    const auto cipher = GENERATE("aes-256-gcm"s, "aes-256-cbc"s);
    const auto message = "Bcc: eve@example.org\n" + message_of("", "J\xc3\xb6rg says hello \n");
    const auto encrypted = session.mail(
        {"encrypt", "--no-self", "--sign", "--cipher", cipher, "-r", alice().certificate_path()}, message);
    CAPTURE(encrypted.err);
    REQUIRE(encrypted.status == 0);
    CHECK(encrypted.out.find("Bcc:") == std::string::npos);
    CHECK(encrypted.out.find("multipart/signed") == std::string::npos);
    const auto decrypted = session.mail({"decrypt"}, encrypted.out);
    CAPTURE(decrypted.err);
    REQUIRE(decrypted.status == 0);
    CHECK(decrypted.err.starts_with("signet: warning: ") == (cipher == "aes-256-cbc"));
    const auto verified = session.mail({"verify", "--trust", alice().root_path()}, decrypted.out);
    CAPTURE(verified.err);
    CHECK(verified.status == 0);
    CHECK(verified.out ==
          "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\n"
          "J=C3=B6rg says hello=20\n");
}

TEST_CASE("a signature that was encrypted without MIME comes out as signed mail") {
    const Session session;
    const auto entity = canonical_entity(parse_message(message_of("", "hello\n"))).bytes;
    const auto content_info = alice().attached_signer()(cms::as_bytes(entity));
    // SEQUENCE, OBJECT IDENTIFIER, [0]: each length above 255 bytes.
    const auto signed_data = cms::BytesView(content_info).subspan(4 + 11 + 4);
    const bool bare = GENERATE(true, false);
    const auto message = encrypted_without_mime(bare ? signed_data : cms::BytesView(content_info),
                                                cms::ContentCipher::aes128_cbc);
    const auto decrypted = session.mail({"decrypt"}, message);
    CAPTURE(decrypted.out, decrypted.err);
    REQUIRE(decrypted.status == 0);
    CHECK(count_lines(decrypted.err) == 1);
    CHECK(
        decrypted.out.starts_with("From: alice@example.org\r\nSubject: nested\r\nMIME-Version: 1.0\r\n"
                                  "Content-Type: application/pkcs7-mime; smime-type=signed-data;"));
    CHECK(openssl_verifies(alice(), decrypted.out).content == entity);
    const auto verified = session.mail({"verify", "--trust", alice().root_path()}, decrypted.out);
    CHECK(verified.status == 0);
    CHECK(verified.out == entity);
}

TEST_CASE("what only says that it is a signature is passed on with a warning") {
    const Session session;
    const auto message = encrypted_without_mime(cms::as_bytes("Content-Type: text/plain\r\n\r\nhello\r\n"),
                                                cms::ContentCipher::aes128_cbc);
    const auto decrypted = session.mail({"decrypt"}, message);
    CHECK(decrypted.status == 0);
    CHECK(decrypted.out.ends_with("Content-Type: text/plain\r\n\r\nhello\r\n"));
    CHECK(decrypted.err.ends_with(
        "signet: warning: what was encrypted is not plain data but of type 1.2.840.113549.1.7.2: it is "
        "written as it is\n"));
}

TEST_CASE("what says without authentication that it is a signature is refused where all else has it") {
    const Session session;
    const auto message = encrypted_without_mime(cms::as_bytes("Content-Type: text/plain\r\n\r\nhello\r\n"),
                                                cms::ContentCipher::aes256_gcm);
    const auto decrypted = session.mail({"decrypt"}, message);
    CHECK(decrypted.status == 8);
    CHECK(decrypted.out.empty());
    CHECK(decrypted.err ==
          "signet: cannot decrypt standard input: an AuthEnvelopedData whose content type is not the "
          "authenticated one; ask the sender to send it again\n");
}

TEST_CASE("scripts are told with --json what protected a message, and it goes where -o says") {
    const Session session;
    const TemporaryFolder folder;
    const auto out = (folder / "opened.eml").string();
    const auto [cipher, authenticated] = GENERATE(std::pair{cms::ContentCipher::aes256_gcm, true},
                                                  std::pair{cms::ContentCipher::aes128_cbc, false});
    const auto message =
        make_encrypted("From: alice@example.org\r\nMIME-Version: 1.0\r\n",
                       cms::encrypt_content(cms::as_bytes("Content-Type: text/plain\r\n\r\nhello\r\n"),
                                            {alice().certificate()}, {.cipher = cipher}),
                       authenticated);
    const auto decrypted = session.mail({"decrypt", "--json", "-o", out}, message);
    CAPTURE(decrypted.err);
    CHECK(decrypted.status == 0);
    CHECK(decrypted.out == "{\"authenticated\":"s + (authenticated ? "true" : "false") + ",\"cipher\":\"" +
                               std::string(cms::cipher_name(cipher)) +
                               "\",\"content_type\":\"1.2.840.113549.1.7.1\",\"identity\":\"\","
                               "\"output\":\"" +
                               out + "\"}\n");
    CHECK((decrypted.err.find("nothing protects it from alteration") == std::string::npos) == authenticated);
    CHECK(read_file(out).ends_with("\r\n\r\nhello\r\n"));
    // What cannot be opened is named, whichever command is to open it.
    auto altered = message;
    altered.replace(altered.rfind("\r\n\r\n") + 4, 4, "AAAA");
    for (const auto& [command, name] :
         {std::pair{"decrypt"s, "cannot decrypt"s}, {"unwrap"s, "cannot open"s}}) {
        const auto malformed = session.mail({command}, altered);
        CHECK(malformed.status == 8);
        CHECK(malformed.err.starts_with("signet: " + name + " standard input: malformed encrypted message"));
    }
    for (const Arguments& nowhere :
         {Arguments{"decrypt", "--json"}, Arguments{"decrypt", "--json", "-o", "-"},
          Arguments{"unwrap", "--json"}}) {
        const auto refused = session.mail(nowhere, message);
        CHECK(refused.status == 2);
        CHECK(refused.out.empty());
    }
}

TEST_CASE("nothing is opened to a file where nobody can be told with --json what it is") {
    const Session session;
    const TemporaryFolder folder;
    const auto entity = "Content-Type: text/plain\r\n\r\nhello\r\n"s;
    const auto encrypted =
        make_encrypted("From: alice@example.org\r\nMIME-Version: 1.0\r\n",
                       cms::encrypt_content(cms::as_bytes(entity), {alice().certificate()}, {}), true);
    write_file(folder / "encrypted.eml", encrypted);
    const auto signed_mail =
        session.mail({"sign"}, "From: alice@example.org\r\nMIME-Version: 1.0\r\n" + entity);
    write_file(folder / "signed.eml", signed_mail.out);
    for (const std::string command :
         {"decrypt --json -o out encrypted.eml", "unwrap --json -o out --trust \"$ROOT\" signed.eml"}) {
        CAPTURE(command);
        for (const auto& [where, status] : {std::pair{"/dev/full"s, 9}, std::pair{"/dev/null"s, 0}}) {
            const auto opened = run({"bash", "-c", R"(eval "$SIGNET $COMMAND" >"$WHERE")"},
                                    {.environment = {{"SIGNET_SOCKET", session.agent.socket()},
                                                     {"SIGNET", program("signet-mail").string()},
                                                     {"COMMAND", command},
                                                     {"ROOT", alice().root_path()},
                                                     {"WHERE", where}},
                                     .folder = folder.path()});
            CAPTURE(opened.err);
            CHECK(opened.status == status);
            CHECK(std::filesystem::exists(folder / "out") == (status == 0));
        }
        std::filesystem::remove(folder / "out");
    }
}

TEST_CASE("scripts are told with --json that nobody signed what is unwrapped") {
    const Session session;
    const TemporaryFolder folder;
    const auto out = (folder / "opened.eml").string();
    const auto message =
        make_encrypted("From: alice@example.org\r\nMIME-Version: 1.0\r\n",
                       cms::encrypt_content(cms::as_bytes("Content-Type: text/plain\r\n\r\nhello\r\n"),
                                            {alice().certificate()}, {}),
                       true);
    const auto refused = session.mail({"unwrap", "--json", "-o", out}, message);
    CHECK(refused.status == 8);
    CHECK(refused.out.starts_with(
        R"({"holds":false,"reason":"nobody has signed it, outside or inside","layers":[{"kind":"encrypted",)"));
    CHECK(refused.out.ends_with("\"output\":null}\n"));
    CHECK_FALSE(std::filesystem::exists(out));
}
