#include <sys/stat.h>

#include "client/commands/cms_commands.h"
#include "client/content_opener.h"
#include "cms/recipient_info.h"
#include "tests/client/commands/person.h"
#include "tests/client/expect_error.h"
#include "tests/client/fake_agent.h"

using namespace signet;
using namespace signet::tests;
namespace protocol = agent::protocol;

namespace {

constexpr char cannot_open[] =
    "cannot decrypt a.p7m: no key here opens it, or it was altered; the agent's audit log may say more";

mode_t mode_of(const std::string& path) {
    struct stat status {};
    REQUIRE(stat(path.c_str(), &status) == 0);
    return status.st_mode & 07777U;
}

/// Encrypts `content` to an RSA key, by somebody else's program.
void encrypt(const Session& session, const Person& person, const std::string& content,
             const Arguments& options) {
    session.write("plain", content);
    Arguments argv{"openssl", "cms",  "-encrypt", "-binary",  "-in",
                   "plain",   "-out", "a.p7m",    "-outform", "DER"};
    argv.insert(argv.end(), options.begin(), options.end());
    argv.push_back(person.certificate.pem);
    session.run_here(argv);
    std::filesystem::remove(session.path("plain"));
}

/// Unwraps RSA PKCS#1 v1.5 with the person's key, as a token would.
FakeAgent::Script unwrapping(const Person& person, const TemporaryFolder& folder) {
    return FakeAgent::answering([&](const protocol::Request& request) {
        const cms::RecipientInfo info =
            cms::parse_recipient_info(cms::as_bytes(request.unwrap().recipient_info(0)));
        write_file(folder / "wrapped", cms::as_text(std::get<cms::KeyTransport>(info).encrypted_key));
        run_or_throw({"openssl", "pkeyutl", "-decrypt", "-inkey", person.key, "-in", folder / "wrapped",
                      "-out", folder / "key"});
        protocol::Reply reply;
        reply.mutable_unwrap()->set_key(read_file(folder / "key"));
        return reply;
    });
}

/// Hands out the same key for everything.
FakeAgent::Script handing_out(const std::string& key) {
    return FakeAgent::answering([key](const auto&) {
        protocol::Reply reply;
        reply.mutable_unwrap()->set_key(key);
        return reply;
    });
}

}  // namespace

TEST_CASE("A message that an AEAD protects is opened without a word") {
    const Session home;
    const Person bob(home, KeyType::rsa2048, "bob");
    const TemporaryFolder folder;
    const FakeAgent agent(unwrapping(bob, folder));
    const Session session(agent.socket());
    encrypt(session, bob, "content", {"-aes-256-gcm"});
    const ProcessResult result = session.signet({"decrypt", "-k", "bob@example.org", "a.p7m"});
    CHECK(result.status == 0);
    CHECK(result.out.empty());
    CHECK(result.err.empty());
    CHECK(session.read("a") == "content");
    CHECK(mode_of(session.path("a")) == 0600);
    CHECK(session.files() == std::set<std::string>{"a", "a.p7m"});
    CHECK(agent.received().at(1).unwrap().identity() == "bob@example.org");
    session.write("clearance.toml", "");
    CHECK(session.signet({"decrypt", "--clearance", "clearance.toml", "-o", "clearance.toml", "a.p7m"})
              .status == 2);
    CHECK(session.read("clearance.toml").empty());
}

TEST_CASE("A message that nothing protects from alteration is opened with a warning") {
    const Session home;
    const Person bob(home, KeyType::rsa2048, "bob");
    const TemporaryFolder folder;
    const FakeAgent agent(unwrapping(bob, folder));
    const Session session(agent.socket());
    const Arguments form = GENERATE(Arguments{}, Arguments{"-outform", "PEM"}, Arguments{"-stream"});
    Arguments options{"-aes-256-cbc"};
    options.insert(options.end(), form.begin(), form.end());
    encrypt(session, bob, "content", options);
    const std::string warning = std::string("signet: warning: ") + client::unauthenticated_warning + "\n";
    const ProcessResult to_file = session.signet({"decrypt", "-o", "out", "a.p7m"});
    CHECK(to_file.status == 0);
    CHECK(to_file.err == warning);
    CHECK(session.read("out") == "content");
    const ProcessResult to_pipe = session.signet({"decrypt", "-"}, session.read("a.p7m"));
    CHECK(to_pipe.status == 0);
    CHECK(to_pipe.out == "content");
    CHECK(to_pipe.err == warning);
}

TEST_CASE("A content that is not data is written as it is, with a warning") {
    const Session home;
    const Person bob(home, KeyType::rsa2048, "bob");
    const TemporaryFolder folder;
    const FakeAgent agent(unwrapping(bob, folder));
    const Session session(agent.socket());
    const auto as_signed_data = [&](const std::string& cipher) {
        encrypt(session, bob, "content", {cipher});
        std::string message = session.read("a.p7m");
        const std::string id_data = "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01";
        const std::size_t place = message.find(id_data);
        REQUIRE(place != std::string::npos);
        message[place + id_data.size() - 1] = 2;
        session.write("a.p7m", message);
    };
    as_signed_data("-aes-256-cbc");
    const ProcessResult result = session.signet({"decrypt", "a.p7m"});
    CHECK(result.status == 0);
    CHECK(result.err == std::string("signet: warning: ") + client::unauthenticated_warning +
                            "\nsignet: warning: what was encrypted is not plain data but of type "
                            "1.2.840.113549.1.7.2: it is written as it is\n");
    CHECK(session.read("a") == "content");
    // What an AEAD protects is not of a type that nothing does.
    as_signed_data("-aes-256-gcm");
    check_fails(session.signet({"decrypt", "-o", "b", "a.p7m"}), 8,
                "cannot decrypt a.p7m: an AuthEnvelopedData whose content type is not the authenticated one; "
                "ask the sender to send it again");
    CHECK(session.files().count("b") == 0);
}

TEST_CASE("A wrong key opens nothing, and the old file stays") {
    const Session home;
    const Person bob(home, KeyType::rsa2048, "bob");
    const std::string key = GENERATE(std::string(32, 'k'), std::string(16, 'k'), std::string(5000, 'k'));
    const FakeAgent agent(handing_out(key));
    const Session session(agent.socket());
    encrypt(session, bob, "content", {"-aes-256-gcm"});
    session.write("a", "old");
    const ProcessResult result = session.signet({"decrypt", "a.p7m"});
    check_fails(result, 1, cannot_open);
    CHECK(session.read("a") == "old");
    CHECK(session.files() == std::set<std::string>{"a", "a.p7m"});
}

TEST_CASE("Altered content does not open") {
    const Session home;
    const Person bob(home, KeyType::rsa2048, "bob");
    const TemporaryFolder folder;
    const FakeAgent agent(unwrapping(bob, folder));
    const Session session(agent.socket());
    const std::string content = "the content of a message";
    encrypt(session, bob, content, {"-aes-256-gcm"});
    std::string message = session.read("a.p7m");
    // The tag is the last 16 bytes of an AuthEnvelopedData without attributes.
    message.back() = static_cast<char>(message.back() ^ 1);
    session.write("a.p7m", message);
    check_fails(session.signet({"decrypt", "a.p7m"}), 1, cannot_open);
    CHECK(session.files() == std::set<std::string>{"a.p7m"});
}

TEST_CASE("A key that cannot be unwrapped is told in the same words as one that is wrong") {
    const Session home;
    const Person bob(home, KeyType::rsa2048, "bob");
    const FakeAgent agent(FakeAgent::answering(
        [](const auto&) { return refusal(protocol::CANNOT_UNWRAP, "a reason", "advice"); }));
    const Session session(agent.socket());
    encrypt(session, bob, "content", {"-aes-256-gcm"});
    check_fails(session.signet({"decrypt", "a.p7m"}), 1, cannot_open);
    CHECK(session.files() == std::set<std::string>{"a.p7m"});
}

TEST_CASE("A message for nobody we are says so") {
    const Session home;
    const Person bob(home, KeyType::rsa2048, "bob");
    const FakeAgent agent(FakeAgent::answering([](const auto&) {
        return refusal(protocol::NO_RECIPIENT, "no recipient has a key here", "insert the token");
    }));
    const Session session(agent.socket());
    encrypt(session, bob, "content", {"-aes-256-gcm"});
    check_fails(session.signet({"decrypt", "a.p7m"}), 4,
                "cannot decrypt a.p7m: no recipient has a key here; insert the token");
    CHECK(session.files() == std::set<std::string>{"a.p7m"});
}

TEST_CASE("A message cut at any byte is malformed, before the agent is asked") {
    const Session session;
    const Person bob(session, KeyType::rsa2048, "bob");
    struct Form {
        const char* cipher;
        const char* stream;
    };
    const Form form = GENERATE(Form{"-aes-256-cbc", "-stream"}, Form{"-aes-256-cbc", "-binary"},
                               Form{"-aes-256-gcm", "-stream"}, Form{"-aes-256-gcm", "-binary"});
    encrypt(session, bob, "content", {form.cipher, form.stream});
    const std::string whole = session.read("a.p7m");
    const auto open = [&] {
        client::commands::decrypt({"--socket", session.socket(), session.path("a.p7m")});
    };
    for (std::size_t length = 0; length < whole.size(); ++length) {
        session.write("a.p7m", std::string_view(whole).substr(0, length));
        INFO("cut after " << length << " of " << whole.size() << " bytes");
        REQUIRE(exit_status_of(open) == 8);
    }
    CHECK(session.files() == std::set<std::string>{"a.p7m", "bob.key"});
    session.write("a.p7m", whole);
    CHECK(exit_status_of(open) == 3);
}

TEST_CASE("A mail in place of a file, and a file in place of a mail, is told where it belongs") {
    const Session session;
    const Person bob(session, KeyType::rsa2048, "bob");
    encrypt(session, bob, "content", {"-aes-256-gcm"});
    session.write("plain", "content");
    session.run_here({"openssl", "cms", "-encrypt", "-aes128", "-in", "plain", "-out", "a.eml", "-from",
                      "bob@example.org", bob.certificate.pem.string()});
    session.run_here({"openssl", "cms", "-sign", "-in", "plain", "-out", "signed.eml", "-signer",
                      bob.certificate.pem, "-inkey", bob.key});
    session.write("mbox.eml", "From bob@example.org Mon Jun  1 10:00:00 2026\n" + session.read("a.eml"));
    for (const char* name : {"a.eml", "mbox.eml"})
        check_fails(
            session.signet({"decrypt", "-o", "out", name}), 8,
            "cannot decrypt " + std::string(name) + ": it is a mail message; use signet mail decrypt");
    CHECK(session.signet({"decrypt", "a.eml"}).err.find("signet mail decrypt") != std::string::npos);
    check_fails(session.signet({"verify", "signed.eml"}), 8,
                "cannot verify signed.eml: it is a mail message; use signet mail verify");
    session.run_here({"openssl", "cms", "-cmsout", "-inform", "DER", "-in", "a.p7m", "-outform", "PEM",
                      "-out", "pem.p7m"});
    for (const char* name : {"a.p7m", "pem.p7m"}) {
        check_fails(session.signet({"mail", "decrypt", name}), 8,
                    "cannot decrypt " + std::string(name) +
                        ": it is CMS without a mail message around it; use signet decrypt");
        check_fails(session.signet({"mail", "verify"}, session.read(name)), 8,
                    "cannot verify standard input: it is CMS without a mail message around it; use signet "
                    "verify");
    }
    // What is neither gets no hint.
    for (const std::string text : {"0", "0 is a number", "key: value\n", "x: y\n\nContent-Type: z\n",
                                   "no field\nContent-Type: z\n\n", "-----BEGIN NOTHING-----\n"}) {
        CAPTURE(text);
        for (const Arguments& command : {Arguments{"decrypt", "-"}, Arguments{"verify", "-", "plain"},
                                         Arguments{"mail", "decrypt"}, Arguments{"mail", "verify"}}) {
            const ProcessResult result = session.signet(command, text);
            CHECK(result.status == 8);
            CHECK(result.err.find("; use signet") == std::string::npos);
        }
    }
    CHECK(session.files().count("out") == 0);
}

TEST_CASE("For an old cipher the sender is to be asked, whether it is a file or a mail") {
    const Session session;
    const Person bob(session, KeyType::rsa2048, "bob");
    encrypt(session, bob, "content", {"-camellia128"});
    const std::string why =
        ": the content cipher camellia-128-cbc is not supported; ask the sender to encrypt with AES-GCM "
        "or AES-CBC";
    check_fails(session.signet({"decrypt", "a.p7m"}), 9, "cannot decrypt a.p7m" + why);
    session.write("plain", "content");
    session.run_here({"openssl", "cms", "-encrypt", "-camellia128", "-in", "plain", "-out", "a.eml",
                      bob.certificate.pem.string()});
    check_fails(session.signet({"mail", "decrypt", "a.eml"}), 9, "cannot decrypt a.eml" + why);
    check_fails(session.signet({"mail", "decrypt"}, session.read("a.eml")), 9,
                "cannot decrypt standard input" + why);
}

TEST_CASE("For a long content under AES-CCM the sender is to be asked for what is read in a stream") {
    const Session home;
    const Person bob(home, KeyType::rsa2048, "bob");
    const TemporaryFolder folder;
    const FakeAgent agent(unwrapping(bob, folder));
    const Session session(agent.socket());
    encrypt(session, bob, std::string(std::size_t{9} << 20, 'x'), {"-aes-256-gcm"});
    // CCMParameters with an aes-ICVlen look like GCMParameters.
    const std::string gcm("\x60\x86\x48\x01\x65\x03\x04\x01\x2E");
    std::string message = session.read("a.p7m");
    message.at(message.find(gcm) + gcm.size() - 1) = '\x2F';
    session.write("a.p7m", message);
    check_fails(
        session.signet({"decrypt", "a.p7m"}), 9,
        "cannot decrypt a.p7m: a content above 8 MiB under AES-CCM is not supported; ask the sender to "
        "encrypt with AES-GCM or AES-CBC");
    CHECK(session.files().count("a") == 0);
}

TEST_CASE("Old ciphers are opened with a warning, and RC2 only where somebody asks for it") {
    const Session home;
    const Person bob(home, KeyType::rsa2048, "bob");
    const TemporaryFolder folder;
    const FakeAgent agent(unwrapping(bob, folder));
    const Session session(agent.socket());
    const std::string unauthenticated =
        std::string("signet: warning: ") + client::unauthenticated_warning + "\n";
    encrypt(session, bob, "content", {"-des3"});
    const ProcessResult triple_des = session.signet({"decrypt", "a.p7m"});
    CHECK(triple_des.status == 0);
    CHECK(session.read("a") == "content");
    CHECK(triple_des.err == unauthenticated +
                                "signet: warning: it is encrypted with des-ede3-cbc, which is weak: ask the "
                                "sender to encrypt with AES\n");
    std::filesystem::remove(session.path("a"));
    for (const auto& [option, name] : {std::pair{"-rc2-40", "rc2-40-cbc"}, std::pair{"-rc2", "rc2-cbc"}}) {
        encrypt(session, bob, "content", {option, "-provider", "legacy", "-provider", "default"});
        const std::size_t asked = agent.received().size();
        check_fails(session.signet({"decrypt", "a.p7m"}), 9,
                    std::string("cannot decrypt a.p7m: it is encrypted with ") + name +
                        ", which anybody can break; read it nevertheless with --legacy");
        CHECK(session.files().count("a") == 0);
        for (std::size_t i = asked; i < agent.received().size(); ++i)
            CHECK_FALSE(agent.received()[i].has_unwrap());
        const ProcessResult opened = session.signet({"decrypt", "--legacy", "-o", "b", "a.p7m"});
        CHECK(opened.status == 0);
        CHECK(session.read("b") == "content");
        CHECK(opened.err == unauthenticated + "signet: warning: it is encrypted with " + name +
                                ", which anybody can break\n");
    }
}

TEST_CASE("Scripts are told with --json what protected a content") {
    const Session home;
    const Person bob(home, KeyType::rsa2048, "bob");
    const TemporaryFolder folder;
    const FakeAgent agent(unwrapping(bob, folder));
    const Session session(agent.socket());
    encrypt(session, bob, "content", {"-aes-256-gcm"});
    const ProcessResult gcm = session.signet({"decrypt", "--json", "a.p7m"});
    CHECK(gcm.status == 0);
    CHECK(gcm.err.empty());
    CHECK(gcm.out ==
          "{\"authenticated\":true,\"cipher\":\"aes-256-gcm\",\"content_type\":\"1.2.840.113549.1.7.1\","
          "\"identity\":\"\",\"output\":\"a\"}\n");
    encrypt(session, bob, "content", {"-aes-128-cbc"});
    const ProcessResult cbc = session.signet({"decrypt", "--json", "-o", "b", "a.p7m"});
    CHECK(cbc.status == 0);
    CHECK(cbc.out.starts_with("{\"authenticated\":false,\"cipher\":\"aes-128-cbc\","));
    CHECK_FALSE(cbc.err.empty());
    const ProcessResult both = session.signet({"decrypt", "--json", "-o", "-", "a.p7m"});
    CHECK(both.status == 2);
    CHECK(both.out.empty());
    // Who cannot be told has no plaintext either.
    const ProcessResult full =
        run({"bash", "-c", program("signet").string() + " decrypt --json -o c a.p7m >/dev/full"},
            {.environment = {{"SIGNET_SOCKET", agent.socket()}}, .folder = session.path("")});
    check_fails(full, 9,
                "cannot write standard output: No space left on device; make room there, or name another "
                "place");
    CHECK(session.files() == std::set<std::string>{"a", "a.p7m", "b"});
}
