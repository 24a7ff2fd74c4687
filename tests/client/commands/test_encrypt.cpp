#include "tests/client/commands/encryption.h"
#include "tests/client/commands/person.h"
#include "tests/client/commands/session.h"
#include "tests/client/fake_agent.h"

using namespace signet;
using namespace signet::tests;
namespace protocol = agent::protocol;

namespace {

/// NAME.key and NAME.pem, a certificate whose S/MIME capabilities are `der`, as openssl.cnf writes bytes.
void make_capable(const Session& session, const std::string& name, const std::string& der) {
    session.run_here({"openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30", "-subj",
                      "/CN=" + name, "-keyout", name + ".key", "-out", name + ".pem", "-addext",
                      "keyUsage=critical,keyEncipherment", "-addext", "1.2.840.113549.1.9.15=DER:" + der});
}

}  // namespace

TEST_CASE("What is encrypted to a certificate in a file, PEM or DER, opens elsewhere") {
    const KeyType type = GENERATE(KeyType::rsa2048, KeyType::p256);
    const Session session;
    const Person bob(session, type, "bob");
    session.write("a", "content");
    const ProcessResult result = session.signet({"encrypt", "--no-self", "-r", bob.certificate.pem, "a"});
    CHECK(result.err.empty());
    REQUIRE(result.status == 0);
    CHECK(opened_by_openssl(session, bob, "a.p7m") == "content");
    CHECK(
        session.signet({"encrypt", "--no-self", "-r", bob.certificate.der, "-o", "b", "-"}, "piped").status ==
        0);
    CHECK(opened_by_openssl(session, bob, "b") == "piped");
    CHECK(session
              .signet({"encrypt", "--no-self", "-r", bob.certificate.pem, "--cipher", "aes-128-cbc",
                       "--rsa-pkcs1", "a"})
              .status == 0);
    CHECK(opened_by_openssl(session, bob, "a.p7m") == "content");
}

TEST_CASE("What a recipient's certificate says that its owner can read decides the cipher") {
    const Session session;
    // SMIMECapabilities of 3DES; with AES-128-CBC and AES-256-CBC; with AES-256-GCM.
    const std::string triple_des = "30:0a:06:08:2a:86:48:86:f7:0d:03:07";
    const std::string cbc = "30:0b:06:09:60:86:48:01:65:03:04:01:02:30:0b:06:09:60:86:48:01:65:03:04:01:2a";
    const std::string gcm = "30:0b:06:09:60:86:48:01:65:03:04:01:2e";
    make_capable(session, "old", "30:0c:" + triple_des);
    make_capable(session, "cbc", "30:26:" + triple_des + ":" + cbc);
    make_capable(session, "new", "30:33:" + triple_des + ":" + cbc + ":" + gcm);
    make_capable(session, "broken", "30:01");
    session.write("a", "content");
    const auto structure = [&](const std::string& file) {
        return run_or_throw({"openssl", "cms", "-cmsout", "-print", "-in", session.path(file), "-inform",
                             file.ends_with(".eml") ? "SMIME" : "DER"})
            .out;
    };
    const auto opens = [&](const std::string& who, const std::string& file) {
        session.run_here({"openssl", "cms", "-decrypt", "-in", file, "-inform",
                          file.ends_with(".eml") ? "SMIME" : "DER", "-recip", who + ".pem", "-inkey",
                          who + ".key", "-out", "opened"});
        return session.read("opened").find("content") != std::string::npos;
    };
    const std::string mail = "From: a@example.org\nTo: b@example.org\n\ncontent\n";
    const std::string warning =
        "signet: warning: a recipient's certificate lists no AES-GCM: the content is encrypted with "
        "aes-256-cbc, and nothing protects it from alteration\n";

    const ProcessResult modern = session.signet({"encrypt", "--no-self", "-r", "new.pem", "a"});
    CHECK(modern.status == 0);
    CHECK(modern.err.empty());
    CHECK(structure("a.p7m").find("aes-256-gcm") != std::string::npos);
    CHECK(opens("new", "a.p7m"));

    const ProcessResult file =
        session.signet({"encrypt", "--no-self", "-r", "new.pem", "-r", "cbc.pem", "a"});
    CHECK(file.status == 0);
    CHECK(file.err == warning);
    CHECK(structure("a.p7m").find("pkcs7-envelopedData") != std::string::npos);
    CHECK(structure("a.p7m").find("aes-256-cbc") != std::string::npos);
    CHECK(opens("new", "a.p7m"));
    CHECK(opens("cbc", "a.p7m"));

    const ProcessResult message =
        session.signet({"mail", "encrypt", "--no-self", "-r", "cbc.pem", "-o", "a.eml"}, mail);
    CHECK(message.status == 0);
    CHECK(message.err == warning);
    CHECK(session.read("a.eml").find("smime-type=enveloped-data") != std::string::npos);
    CHECK(structure("a.eml").find("aes-256-cbc") != std::string::npos);
    CHECK(opens("cbc", "a.eml"));

    // What somebody asks for wins, whatever the certificates say.
    for (const std::string who : {"old", "cbc", "broken"}) {
        const ProcessResult asked =
            session.signet({"encrypt", "--no-self", "-r", who + ".pem", "--cipher", "aes-192-gcm", "a"});
        CHECK(asked.status == 0);
        CHECK(asked.err.empty());
        CHECK(structure("a.p7m").find("aes-192-gcm") != std::string::npos);
    }
    std::filesystem::remove(session.path("a.p7m"));
    std::filesystem::remove(session.path("a.eml"));
    const std::string none =
        ": the certificate of CN=old lists no content cipher that is supported; choose a cipher for all with "
        "--cipher";
    check_fails(session.signet({"encrypt", "--no-self", "-r", "cbc.pem", "-r", "old.pem", "a"}), 9,
                "cannot encrypt a" + none);
    check_fails(session.signet({"mail", "encrypt", "--no-self", "-r", "old.pem"}, mail), 9,
                "cannot encrypt standard input" + none);
    check_fails(session.signet({"encrypt", "--no-self", "-r", "broken.pem", "a"}), 8,
                "cannot encrypt a: the certificate of CN=broken: malformed S/MIME capabilities; choose a "
                "cipher for all with --cipher");
    CHECK(session.files().count("a.p7m") == 0);
}

TEST_CASE("A file may be encrypted in place: it is replaced only when all is done") {
    const Session session;
    const Person bob(session, KeyType::p256, "bob");
    session.write("a", "content");
    CHECK(session.signet({"encrypt", "--no-self", "-r", session.path("bob.key"), "-o", "a", "a"}).status ==
          8);
    CHECK(session.read("a") == "content");
    CHECK(session.signet({"encrypt", "--no-self", "-r", bob.certificate.pem, "-o", "a", "a"}).status == 0);
    CHECK(opened_by_openssl(session, bob, "a") == "content");
}

TEST_CASE("An address is looked up in the agent's catalogue") {
    const Session folder;
    const Person bob(folder, KeyType::p256, "bob");
    const FakeAgent agent(knowing({bob.der()}));
    const Session session(agent.socket());
    session.write("a", "content");
    REQUIRE(session.signet({"encrypt", "--no-self", "-r", "bob@example.org", "a"}).status == 0);
    CHECK(opened_by_openssl(session, bob, "a.p7m") == "content");
    CHECK(agent.received().at(1).list().identity() == "bob@example.org");
    CHECK(agent.received().at(1).list().certificates());
}

TEST_CASE("An address with several certificates means the one that encrypts, or is ambiguous") {
    const Session folder;
    const Person bob(folder, KeyType::p256, "bob");
    const Person signer(folder, KeyType::p256, "signer", "critical,digitalSignature");
    const Person other(folder, KeyType::p256, "other");
    SECTION("one encrypts") {
        const FakeAgent agent(knowing({signer.der(), bob.der(), bob.der()}));
        const Session session(agent.socket());
        session.write("a", "content");
        REQUIRE(session.signet({"encrypt", "--no-self", "-r", "bob@example.org", "a"}).status == 0);
        CHECK(opened_by_openssl(session, bob, "a.p7m") == "content");
    }
    SECTION("none encrypts") {
        const FakeAgent agent(knowing({signer.der()}));
        const Session session(agent.socket());
        session.write("a", "content");
        check_fails(
            session.signet({"encrypt", "--no-self", "-r", "bob@example.org", "a"}), 4,
            "cannot encrypt to bob@example.org: its certificates are not for encryption, or not valid "
            "today; name a file with the recipient's certificate");
        CHECK(session.files() == std::set<std::string>{"a"});
    }
    SECTION("nobody") {
        const FakeAgent agent(knowing({}));
        const Session session(agent.socket());
        session.write("a", "content");
        check_fails(session.signet({"encrypt", "--no-self", "-r", "bob@example.org", "a"}), 4,
                    "cannot encrypt to bob@example.org: no such file, and no identity of the agent has this "
                    "name; name a file with the recipient's certificate");
    }
    SECTION("several encrypt") {
        const FakeAgent agent(knowing({bob.der(), other.der()}));
        const Session session(agent.socket());
        session.write("a", "content");
        check_fails(session.signet({"encrypt", "--no-self", "-r", "bob@example.org", "a"}), 4,
                    "cannot encrypt to bob@example.org: several certificates match: CN=bob,O=Signet, "
                    "CN=other,O=Signet; name one "
                    "by its fingerprint (signet list) or as a file");
        CHECK(session.files() == std::set<std::string>{"a"});
    }
}

TEST_CASE("A recipient's file that is no certificate, or not for encryption, is refused") {
    const Session session;
    const Person signer(session, KeyType::p256, "signer", "critical,digitalSignature");
    session.write("a", "content");
    session.write("junk.pem", "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n");
    session.write("none.pem", "-----BEGIN NOTHING-----\nMAA=\n-----END NOTHING-----\n");
    session.write("junk.der", "junk");
    check_fails(session.signet({"encrypt", "--no-self", "-r", signer.certificate.pem, "a"}), 4,
                "cannot encrypt to " + signer.certificate.pem.string() +
                    ": its certificate is not for encryption; use one whose key usage has keyEncipherment "
                    "or keyAgreement");
    for (const char* file : {"junk.pem", "none.pem", "junk.der"})
        CHECK(session.signet({"encrypt", "--no-self", "-r", file, "a"}).status == 8);
    CHECK(session.files().count("a.p7m") == 0);
}

TEST_CASE("A recipient's file with a key that nothing is encrypted to is refused, and the key is named") {
    const Session session;
    const Person signer(session, KeyType::ed25519, "signer");
    session.write("a", "content");
    session.run_here({"openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:secp256k1",
                      "-nodes", "-subj", "/CN=curve", "-days", "2", "-keyout", "curve.key", "-out",
                      "curve.pem"});
    for (const auto& [file, key] : {std::pair{std::string("curve.pem"), "secp256k1"},
                                    std::pair{signer.certificate.pem.string(), "Ed25519"}})
        check_fails(session.signet({"encrypt", "--no-self", "-r", file, "a"}), 4,
                    "cannot encrypt to " + file + ": nothing is encrypted to such a key (" + key +
                        "); use a certificate with a key for RSA, P-256, P-384, P-521, X25519 or X448");
    CHECK(session.files().count("a.p7m") == 0);
}

TEST_CASE("A recipient's weak key is warned of, and used") {
    const Session session;
    session.write("a", "content");
    for (const std::string size : {"1024", "2048"})
        session.run_here({"openssl", "req", "-x509", "-newkey", "rsa:" + size, "-nodes", "-subj",
                          "/CN=" + size, "-days", "2", "-keyout", size + ".key", "-out", size + ".pem"});
    for (const Arguments& cipher : {Arguments{}, Arguments{"--cipher", "aes-128-gcm"}}) {
        Arguments command{"encrypt", "--no-self", "-r", "1024.pem", "-r", "2048.pem", "a"};
        command.insert(command.begin() + 1, cipher.begin(), cipher.end());
        const auto result = session.signet(command);
        CHECK(result.status == 0);
        CHECK(result.err ==
              "signet: warning: the key of CN=1024 is weak (RSA-1024): others may come to read the "
              "content\n");
    }
}

TEST_CASE("A recipient's file with a certificate that is not valid today is refused") {
    const Session session;
    TestCa ca;
    CertificateRequest request;
    request.public_key_pem = make_software_key(KeyType::p256, session.path("bob.key"));
    request.common_name = "bob";
    request.key_usage = "critical,keyAgreement";
    request.not_before = std::chrono::hours(-48);
    request.not_after = std::chrono::hours(-24);
    const std::string expired = ca.issue(request).pem;
    request.not_before = std::chrono::hours(24);
    request.not_after = std::chrono::hours(48);
    const std::string future = ca.issue(request).pem;
    session.write("a", "content");
    const ProcessResult late = session.signet({"encrypt", "--no-self", "-r", expired, "a"});
    CHECK(late.status == 4);
    CHECK(late.err.starts_with("signet: cannot encrypt to " + expired + ": its certificate expired at 2"));
    CHECK(late.err.ends_with("Z; ask the recipient for the one that replaced it\n"));
    const ProcessResult early = session.signet({"encrypt", "--no-self", "-r", future, "a"});
    CHECK(early.status == 4);
    CHECK(early.err.starts_with("signet: cannot encrypt to " + future +
                                ": its certificate is not valid before 2"));
    CHECK(early.err.ends_with("Z; see whether this machine's clock is right, or wait until then\n"));
    for (const std::string& certificate : {expired, future}) {
        const ProcessResult mail =
            session.signet({"mail", "encrypt", "--no-self", "-r", certificate, "-o", "out"},
                           "From: alice@example.org\nTo: bob@example.org\n\nhello\n");
        CHECK(mail.status == 4);
        CHECK(mail.err.starts_with("signet: cannot encrypt to " + certificate));
    }
    CHECK(session.files() == std::set<std::string>{"a", "bob.key"});
}

TEST_CASE("A mistyped path of a recipient's certificate is no such file, with an agent or without") {
    const bool has_agent = GENERATE(true, false);
    const FakeAgent agent(knowing({}));
    const Session session(has_agent ? agent.socket() : std::string());
    session.write("a", "content");
    for (const char* path : {"bob.pem", "bob.CRT", "bob.cer", "bob.der", "./bob", "no/such/bob"})
        check_fails(session.signet({"encrypt", "--no-self", "-r", path, "a"}), 9,
                    "cannot read " + std::string(path) + ": No such file or directory; check the path");
    check_fails(session.signet({"encrypt", "--no-self", "-r", "./", "a"}), 9,
                "cannot read ./: it is a folder; name a file");
    std::filesystem::create_directory(session.path("bob.d"));
    if (has_agent)
        check_fails(
            session.signet({"encrypt", "--no-self", "-r", "bob.d", "a"}), 4,
            "cannot encrypt to bob.d: it is a folder, and no identity of the agent has this name; name "
            "a file with the recipient's certificate");
    for (const char* name :
         {"bob@example.org", "bob/x@example.org", "pkcs11:token=a;object=b/c.pem", "bob", ".pe"})
        CHECK(session.signet({"encrypt", "--no-self", "-r", name, "a"}).status == (has_agent ? 4 : 3));
    CHECK(session.files() == std::set<std::string>{"a", "bob.d"});
}

TEST_CASE("A file without a recipient's certificate is refused, with what to name instead") {
    const Session session;
    const Person bob(session, KeyType::p256, "bob");
    session.write("a", "content");
    session.write("broken.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
    session.write("two.pem", read_file(bob.certificate.pem) + read_file(bob.certificate.pem));
    const std::string advice = "; name a file with the recipient's certificate alone, in PEM or DER form";
    const auto refused = [&](const std::string& file, const std::string& why) {
        CAPTURE(file);
        check_fails(session.signet({"encrypt", "--no-self", "-r", file, "a"}), 8,
                    "cannot encrypt to " + file + ": " + why + advice);
    };
    refused("a", "malformed certificate");
    refused("broken.pem", "malformed certificate");
    refused("bob.key", "there is no certificate in it");
    refused("two.pem", "there are several certificates in it");
    CHECK(session.files().count("a.p7m") == 0);
}

TEST_CASE("A label that looks like a path is a label, if the agent knows it") {
    const Session folder;
    const Person bob(folder, KeyType::p256, "bob");
    const FakeAgent agent(knowing({bob.der()}));
    const Session session(agent.socket());
    session.write("a", "content");
    CHECK(session.signet({"encrypt", "--no-self", "-r", "mail/bob", "a"}).status == 0);
    CHECK(opened_by_openssl(session, bob, "a.p7m") == "content");
}

TEST_CASE("What the agent refuses is said of the recipient, not of a list") {
    const FakeAgent agent(FakeAgent::answering([](const protocol::Request&) {
        protocol::Reply reply;
        reply.set_status(protocol::REFUSED);
        reply.set_why("no rule allows it");
        return reply;
    }));
    const Session session(agent.socket());
    session.write("a", "content");
    check_fails(session.signet({"encrypt", "--no-self", "-r", "bob@example.org", "a"}), 7,
                "cannot encrypt to bob@example.org: no rule allows it");
}

TEST_CASE("A file that may not grow so large is an error, and leaves no part of itself") {
    const Session session;
    const Person bob(session, KeyType::p256, "bob");
    session.write("big", std::string(200'000, 'x'));
    const std::string command = "ulimit -f 10; exec " + program("signet").string() + " encrypt -r " +
                                bob.certificate.pem.string() + " big";
    const ProcessResult result = run({"env", "--default-signal=XFSZ", "sh", "-c", command},
                                     {.folder = std::filesystem::path(session.path("big")).parent_path()});
    check_fails(result, 9, "cannot write big.p7m: File too large; make room there, or name another place");
    CHECK(session.files() == std::set<std::string>{"big", "bob.key"});
}

TEST_CASE("A recipient's certificate is not replaced by what is encrypted to it") {
    const Session session;
    const Person bob(session, KeyType::p256, "bob");
    session.write("bob.pem", read_file(bob.certificate.pem));
    session.write("a", "content");
    const ProcessResult file =
        session.signet({"encrypt", "--no-self", "-r", "bob.pem", "-o", "./bob.pem", "a"});
    CHECK(file.status == 2);
    CHECK(file.err.starts_with(
        "signet: encrypt: './bob.pem' is read as 'bob.pem', and would be replaced; usage: "));
    CHECK(session
              .signet({"mail", "encrypt", "--no-self", "-r", "bob.pem", "-o", "bob.pem"},
                      "From: a@b\n\nhello\n")
              .status == 2);
    session.write("mail", "From: a@b\n\nhello\n");
    for (const char* command : {"encrypt", "wrap"})
        CHECK(session
                  .signet({"mail", command, "-r", bob.certificate.pem, "--self", "bob.pem", "-o", "bob.pem",
                           "mail"})
                  .status == 2);
    CHECK(session.read("bob.pem") == read_file(bob.certificate.pem));
}

TEST_CASE("What is asked of a signer is refused where nobody signs") {
    const Session session;
    for (const Arguments& asked : std::vector<Arguments>{
             {"-k", "alice"}, {"--label", "1.2.3/1"}, {"--timestamp", "http://tsa.example.org"}}) {
        CAPTURE(asked);
        Arguments arguments{"mail", "encrypt", "-r", "bob.pem"};
        arguments.insert(arguments.end(), asked.begin(), asked.end());
        const ProcessResult refused = session.signet(arguments, "From: a@b\n\nhello\n");
        CHECK(refused.status == 2);
        CHECK(refused.err.starts_with(
            "signet: mail encrypt: what is asked of a signer goes with --sign; usage: "));
    }
}

TEST_CASE("ChaCha20-Poly1305 is written where somebody asks for it") {
    const Session session;
    const Person bob(session, KeyType::p256, "bob");
    session.write("a", "content");
    const ProcessResult result = session.signet(
        {"encrypt", "--no-self", "-r", bob.certificate.pem, "--cipher", "chacha20-poly1305", "a"});
    CHECK(result.status == 0);
    CHECK(result.err.empty());
    // id-alg-AEADChaCha20Poly1305, RFC 8103 section 1.
    const std::string oid("\x06\x0b\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x03\x12");
    CHECK(session.read("a.p7m").find(oid) != std::string::npos);
    CHECK(session.signet({"encrypt", "--no-self", "-r", bob.certificate.pem, "--cipher", "des-ede3-cbc", "a"})
              .status == 2);
}
