// Signatures that Signet makes, and openssl verifies.
#include "tests/end_to_end/session.h"

using namespace signet::tests;

namespace {

const std::vector<KeyType> all_types{KeyType::rsa2048, KeyType::p256, KeyType::p384, KeyType::p521};

}  // namespace

TEST_CASE("each key signs with each digest, and openssl and signet accept it") {
    Session session(all_types);
    session.write("report.txt", "All is well.\n");
    for (const KeyType type : all_types) {
        for (const std::string digest : {"sha256", "sha384", "sha512"}) {
            CAPTURE(session.label(type), digest);
            check_done(session.signet(
                {"sign", "-k", session.label(type), "--digest", digest, "-o", "sig", "report.txt"}));
            check_done(session.openssl_verify("sig", "report.txt"));
            check_done(session.signet({"verify", "--trust", session.root(), "sig", "report.txt"}));
        }
    }
    CHECK(session.audit_records("sign", "begun") == 12);
}

TEST_CASE("an RSA key signs with PSS") {
    Session session({KeyType::rsa2048});
    session.write("report.txt", "All is well.\n");
    for (const std::string digest : {"sha256", "sha384", "sha512"}) {
        CAPTURE(digest);
        check_done(session.signet({"sign", "--rsa-pss", "--digest", digest, "-o", "sig", "report.txt"}));
        check_done(session.openssl_verify("sig", "report.txt"));
        check_done(session.signet({"verify", "--trust", session.root(), "sig", "report.txt"}));
        const std::string shown =
            session.openssl({"cms", "-cmsout", "-print", "-inform", "DER", "-in", "sig"}).out;
        CHECK(shown.find("algorithm: rsassaPss") != std::string::npos);
    }
}

TEST_CASE("an attached signature carries the file") {
    Session session(all_types);
    std::string content("All\0is\nwell\r\n", 13);
    for (int i = 0; i < 16; ++i)
        content += content;
    session.write("report.bin", content);
    for (const KeyType type : all_types) {
        CAPTURE(session.label(type));
        check_done(session.signet({"sign", "--attached", "-k", session.label(type), "report.bin"}));
        check_done(session.openssl({"cms", "-verify", "-binary", "-inform", "DER", "-in", "report.bin.p7m",
                                    "-CAfile", session.root(), "-out", "opened"}));
        CHECK(session.read("opened") == content);
        check_done(session.signet({"verify", "--trust", session.root(), "report.bin.p7m"}));
    }
}

TEST_CASE("a signature says who, when, and by which algorithms, under the signature") {
    Session session({KeyType::p256});
    session.write("report.txt", "All is well.\n");
    check_done(session.signet({"sign", "report.txt"}));
    const std::string shown =
        session.openssl({"cms", "-cmsout", "-print", "-inform", "DER", "-in", "report.txt.p7s"}).out;
    for (const char* attribute :
         {"contentType", "messageDigest", "signingTime", "signingCertificateV2", "1.2.840.113549.1.9.52"}) {
        CAPTURE(attribute);
        CHECK(shown.find(attribute) != std::string::npos);
    }
}

TEST_CASE("several files are one batch") {
    Session session({KeyType::p256});
    Arguments arguments{"sign"};
    for (int i = 0; i < 300; ++i) {
        const std::string name = "file" + std::to_string(i);
        session.write(name, "This is " + name + ".\n");
        arguments.push_back(name);
    }
    check_done(session.signet(arguments));
    CHECK(session.files().size() == 600);
    for (const std::string name : {"file0", "file63", "file64", "file255", "file256", "file299"}) {
        CAPTURE(name);
        check_done(session.openssl_verify(name + ".p7s", name));
    }
    CHECK(session.openssl_verify("file1.p7s", "file2").status != 0);
    CHECK(session.audit_records("sign", "begun") == 300);
}

TEST_CASE("one file of a batch that is not there means no signature at all") {
    Session session({KeyType::p256});
    session.write("a", "a");
    session.write("c", "c");
    check_refused(session.signet({"sign", "a", "b", "c"}), 9);
    CHECK(session.files() == std::vector<std::string>{"a", "c"});
}

TEST_CASE("two keys sign one file") {
    Session session;
    session.write("report.txt", "All is well.\n");
    check_done(session.signet(
        {"sign", "-k", session.label(KeyType::rsa2048), "-k", session.label(KeyType::p256), "report.txt"}));
    check_done(session.openssl_verify("report.txt.p7s", "report.txt"));
    check_done(session.signet({"verify", "--trust", session.root(), "report.txt.p7s", "report.txt"}));
    const std::string shown =
        session.openssl({"cms", "-cmsout", "-print", "-inform", "DER", "-in", "report.txt.p7s"}).out;
    CHECK(shown.find("rsaEncryption") != std::string::npos);
    CHECK(shown.find("ecdsa-with-SHA256") != std::string::npos);
    session.write("report.txt", "All is lost.\n");
    CHECK(session.openssl_verify("report.txt.p7s", "report.txt").status != 0);
}

TEST_CASE("the intermediate CA's certificate goes along") {
    Session session({KeyType::p256}, TestCa::Levels::with_intermediate);
    session.write("report.txt", "All is well.\n");
    check_done(session.signet({"sign", "report.txt"}));
    check_done(session.openssl_verify("report.txt.p7s", "report.txt"));
    check_done(session.signet({"verify", "--trust", session.root(), "report.txt.p7s", "report.txt"}));
}

TEST_CASE("standard input is signed to standard output") {
    Session session({KeyType::p256});
    const ProcessResult signature = session.signet({"sign", "-o", "-", "-"}, "from a pipe");
    check_done(signature);
    session.write("sig", signature.out);
    session.write("content", "from a pipe");
    check_done(session.openssl_verify("sig", "content"));
    check_done(session.signet({"verify", "--trust", session.root(), "sig", "-"}, "from a pipe"));
    CHECK(session.signet({"verify", "--trust", session.root(), "sig", "-"}, "from a tap").status == 1);
}

TEST_CASE("a key that SoftHSM has made to ask for its PIN at each use signs") {
    Alice alice({KeyType::p256});
    // Before the agent: SoftHSM takes a token that is written to as it starts for one that is not
    // initialised.
    const std::string public_key =
        alice.token().generate(KeyType::rsa2048, "careful", "c1", {"--always-auth"});
    const auto certificate = alice.ca().issue({.public_key_pem = public_key, .common_name = "Careful Alice"});
    alice.token().import_certificate(certificate.der, "careful", "c1");
    const AgentProcess agent(AgentSetup::of(alice.token()));
    const TemporaryFolder folder;
    write_file(folder / "report.txt", "All is well.\n");
    check_done(agent.signet({"sign", "-k", "careful", "report.txt"}, {.folder = folder.path()}));
    check_done(agent.signet({"verify", "--trust", alice.ca().root(), "report.txt.p7s", "report.txt"},
                            {.folder = folder.path()}));
    const auto listed = agent.signet({"list"}, {.folder = folder.path()});
    CHECK(listed.out.find("asks for the PIN each time") != std::string::npos);
}

TEST_CASE("an ECDSA signature by another key than the certificate's does not leave") {
    Alice alice(std::vector<KeyType>{});
    const TemporaryFolder folder;
    write_file(folder / "report.txt", "All is well.\n");
    const SoftwareIdentity other = software_identity(alice.ca(), KeyType::p256, folder.path());
    run_or_throw({"openssl", "x509", "-in", other.certificate, "-outform", "DER", "-out", "other.der"},
                 {.folder = folder.path()});
    static_cast<void>(alice.token().generate(KeyType::p256, "mixed", "c0"));
    // Without its public key, the private key goes by its CKA_ID.
    alice.token().pkcs11_tool({"--delete-object", "--type", "pubkey", "--id", "c0"});
    alice.token().import_certificate(folder / "other.der", "mixed", "c0");
    const AgentProcess agent(AgentSetup::of(alice.token()));
    const ProcessResult result = agent.signet({"sign", "report.txt"}, {.folder = folder.path()});
    check_refused(result, 6);
    CHECK_THAT(result.err, Catch::Contains("does not verify"));
    CHECK_FALSE(std::filesystem::exists(folder / "report.txt.p7s"));
}
