// Signatures that openssl makes, and Signet judges.
#include "tests/end_to_end/session.h"

using namespace signet::tests;

namespace {

// Bob, who signs with openssl; no token has any part in it, and no agent is asked.
struct Bob {
    Bob() { write_file(folder / "report.txt", "All is well.\n"); }

    SoftwareIdentity identity(KeyType type) { return software_identity(ca, type, folder.path()); }

    void sign(const SoftwareIdentity& signer, const Arguments& more = {}) {
        Arguments argv{"openssl",          "cms",    "-sign",    "-binary",  "-in", "report.txt", "-signer",
                       signer.certificate, "-inkey", signer.key, "-outform", "DER", "-out",       "sig"};
        argv.insert(argv.end(), more.begin(), more.end());
        run_or_throw(argv, {.folder = folder.path()});
    }

    ProcessResult verify(const Arguments& files, const std::filesystem::path& trust) {
        Arguments arguments{"verify", "--trust", trust};
        arguments.insert(arguments.end(), files.begin(), files.end());
        return run_signet(agent_folder, arguments, {.folder = folder.path()});
    }
    ProcessResult verify(const Arguments& files) { return verify(files, ca.root()); }

    TestCa ca{TestCa::Levels::with_intermediate};
    TemporaryFolder folder;
    AgentFolder agent_folder;
};

}  // namespace

TEST_CASE("signet accepts what openssl signs") {
    Bob bob;
    for (const KeyType type :
         {KeyType::rsa2048, KeyType::rsa3072, KeyType::p256, KeyType::p384, KeyType::p521}) {
        const SoftwareIdentity signer = bob.identity(type);
        for (const std::string digest : {"sha256", "sha384", "sha512"}) {
            CAPTURE(name_of(type), digest);
            bob.sign(signer, {"-md", digest, "-certfile", bob.ca.issuer().pem});
            check_done(bob.verify({"sig", "report.txt"}));
            bob.sign(signer, {"-md", digest, "-certfile", bob.ca.issuer().pem, "-nodetach"});
            check_done(bob.verify({"sig"}));
        }
    }
}

TEST_CASE("signet accepts PSS, signatures without signed attributes, key identifiers and BER") {
    Bob bob;
    const SoftwareIdentity signer = bob.identity(KeyType::rsa2048);
    const std::string issuer = bob.ca.issuer().pem;
    const std::vector<Arguments> kinds{
        {"-keyopt", "rsa_padding_mode:pss", "-keyopt", "rsa_pss_saltlen:digest", "-md", "sha256"},
        {"-noattr"},
        {"-keyid"},
        {"-nodetach", "-stream"}};
    for (const Arguments& kind : kinds) {
        CAPTURE(kind);
        Arguments more{"-certfile", issuer};
        more.insert(more.end(), kind.begin(), kind.end());
        bob.sign(signer, more);
        check_done(bob.verify(kind.back() == "-stream" ? Arguments{"sig"} : Arguments{"sig", "report.txt"}));
    }
}

TEST_CASE("a signature over another content is not intact") {
    Bob bob;
    bob.sign(bob.identity(KeyType::p256), {"-certfile", bob.ca.issuer().pem});
    write_file(bob.folder / "report.txt", "All is lost.\n");
    const ProcessResult result = bob.verify({"sig", "report.txt"});
    CHECK(result.status == 1);
    CHECK(count_lines(result.err) == 1);
    CHECK(result.err.rfind("signet: ", 0) == 0);
}

TEST_CASE("a signature of which one byte was altered does not hold") {
    Bob bob;
    bob.sign(bob.identity(KeyType::p256), {"-certfile", bob.ca.issuer().pem});
    const std::string good = read_file(bob.folder / "sig");
    // The signature value ends the message; the last but some bytes are its last integer.
    for (const std::size_t back : {1U, 2U, 10U, 20U}) {
        CAPTURE(back);
        std::string bad = good;
        bad[bad.size() - back] = static_cast<char>(bad[bad.size() - back] ^ 1);
        write_file(bob.folder / "sig", bad);
        CHECK(bob.verify({"sig", "report.txt"}).status == 1);
    }
}

TEST_CASE("a signer whom nobody trusts is not accepted") {
    Bob bob;
    const SoftwareIdentity signer = bob.identity(KeyType::p256);
    bob.sign(signer, {"-certfile", bob.ca.issuer().pem});
    const TestCa stranger(TestCa::Levels::root_only, "Stranger");
    CHECK(bob.verify({"sig", "report.txt"}, stranger.root()).status == 1);
    // Without the intermediate there is no path to the root.
    bob.sign(signer);
    CHECK(bob.verify({"sig", "report.txt"}).status == 1);
}

TEST_CASE("an expired certificate and one that may not sign are not accepted") {
    Bob bob;
    const std::filesystem::path key = bob.folder / "key.pem";
    const std::string public_key = make_software_key(KeyType::p256, key);
    const IssuedCertificate expired = bob.ca.issue({.public_key_pem = public_key,
                                                    .common_name = "Expired",
                                                    .email = "old@example.org",
                                                    .key_usage = "critical,digitalSignature",
                                                    .not_before = std::chrono::hours(-48),
                                                    .not_after = std::chrono::hours(-24)});
    const IssuedCertificate no_signer = bob.ca.issue({.public_key_pem = public_key,
                                                      .common_name = "Only opens",
                                                      .email = "open@example.org",
                                                      .key_usage = "critical,keyAgreement"});
    for (const IssuedCertificate& certificate : {expired, no_signer}) {
        bob.sign({key, certificate.pem, {}}, {"-certfile", bob.ca.issuer().pem});
        CHECK(bob.verify({"sig", "report.txt"}).status == 1);
    }
}

TEST_CASE("verify says who signed") {
    Bob bob;
    bob.sign(bob.identity(KeyType::p256), {"-certfile", bob.ca.issuer().pem});
    const ProcessResult result = bob.verify({"sig", "report.txt"});
    check_done(result);
    CHECK(result.out.find("bob@example.org") != std::string::npos);
    const ProcessResult json = bob.verify({"--json", "sig", "report.txt"});
    check_done(json);
    CHECK(json.out.find("\"bob@example.org\"") != std::string::npos);
}
