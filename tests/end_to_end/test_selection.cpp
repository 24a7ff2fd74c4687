// Which identity a name means, and what list and status say.
#include "tests/end_to_end/session.h"

#include <cctype>

using namespace signet::tests;

namespace {

constexpr std::chrono::hours day(24);

// Everything of "SHA256 Fingerprint=AB:CD..." but colons, in lower case.
std::string fingerprint(const std::filesystem::path& certificate) {
    std::string text =
        run_or_throw({"openssl", "x509", "-in", certificate, "-noout", "-fingerprint", "-sha256"}).out;
    text = text.substr(text.find('=') + 1);
    std::string hex;
    for (const char c : text)
        if (std::isxdigit(static_cast<unsigned char>(c)) != 0)
            hex += static_cast<char>(std::tolower(c));
    return hex;
}

}  // namespace

TEST_CASE("list shows what both the certificate and the token's key allow, once the key is seen") {
    Session session({KeyType::p256});
    session.write("report.txt", "All is well.\n");
    // SoftHSM misses a token that is written to while the module starts.
    check_done(session.signet({"list"}));
    const SoftHsmToken& token = session.alice().token();
    const auto on_token = [&](Arguments arguments) {
        arguments.insert(arguments.begin(),
                         {"pkcs11-tool", "--module", SoftHsmToken::module_path(), "--token-label",
                          token.label(), "--login", "--pin", token.pin()});
        run_or_throw(arguments, {.environment = token.environment()});
    };
    on_token({"--keypairgen", "--key-type", "EC:prime256v1", "--label", "signs-only", "--id", "b1",
              "--usage-sign"});
    on_token({"--read-object", "--type", "pubkey", "--id", "b1", "--output-file", session.path("b1.der")});
    const std::string pem = run_or_throw({"openssl", "pkey", "-pubin", "-inform", "DER", "-in",
                                          session.path("b1.der"), "-pubout"})
                                .out;
    const auto certificate = session.alice().ca().issue({.public_key_pem = pem,
                                                         .common_name = "Signs only",
                                                         .email = "signs@example.org",
                                                         .key_usage = mail_key_usage(KeyType::p256)});
    on_token({"--write-object", certificate.der, "--type", "cert", "--label", "signs-only", "--id", "b1"});
    check_done(session.signet({"lock"}));
    check_done(session.signet({"sign", "-k", "signs-only", "report.txt"}));
    const std::string list = session.signet({"list", "--json"}).out;
    const auto usage_of = [&list](const std::string& label) {
        const auto place = list.find("\"usage\":", list.find("\"label\":\"" + label + "\",\"subject\""));
        return list.substr(place, list.find(']', place) + 1 - place);
    };
    CHECK(usage_of("signs-only") == "\"usage\":[\"sign\"]");
    CHECK(usage_of(session.label(KeyType::p256)) == "\"usage\":[\"sign\",\"decrypt\"]");
}

TEST_CASE("an identity goes by address, fingerprint, label and URI") {
    Session session;
    session.write("report.txt", "All is well.\n");
    const Identity& p256 = session.alice().identity(KeyType::p256);
    const std::string hex = fingerprint(p256.certificate.pem);
    REQUIRE(hex.size() == 64);
    for (const std::string& name :
         {p256.email, std::string("ALICE.P256@EXAMPLE.ORG"), p256.label, hex, hex.substr(0, 8),
          "pkcs11:object=" + p256.label, std::string("pkcs11:token=alice;object=alice-p256;type=cert")}) {
        CAPTURE(name);
        check_done(session.signet({"sign", "-k", name, "-o", "sig", "report.txt"}));
        check_done(session.openssl_verify("sig", "report.txt"));
        const std::string signers = session
                                        .openssl({"cms", "-verify", "-inform", "DER", "-binary", "-in", "sig",
                                                  "-content", "report.txt", "-CAfile", session.root(),
                                                  "-signer", "/dev/stdout", "-out", "/dev/null"})
                                        .out;
        CHECK(signers == session.read(p256.certificate.pem));
    }
}

TEST_CASE("who is named to decrypt must be known, and one of the recipients") {
    Session session;
    session.write("report.txt", "All is well.\n");
    check_done(session.signet({"encrypt", "-r", "alice-p256", "report.txt"}));
    const ProcessResult unknown = session.signet({"decrypt", "-k", "nobody", "-o", "out", "report.txt.p7m"});
    check_refused(unknown, 4);
    CHECK(unknown.err.find("no identity matches \"nobody\"") != std::string::npos);
    const ProcessResult other =
        session.signet({"decrypt", "-k", "alice-rsa2048", "-o", "out", "report.txt.p7m"});
    check_refused(other, 4);
    CHECK(other.err.find("the message is not for \"alice-rsa2048\"") != std::string::npos);
    check_done(session.signet({"decrypt", "-k", "alice-p256", "-o", "out", "report.txt.p7m"}));
    CHECK(session.read("out") == "All is well.\n");
}

TEST_CASE("unknown and ambiguous identities are refused") {
    Session session;
    session.write("report.txt", "All is well.\n");
    const std::string hex = fingerprint(session.certificate(KeyType::p256));
    for (const std::string& name :
         {std::string("nobody@example.org"), std::string("0000000000"), std::string("pkcs11:token=bob"),
          std::string("no-such-label"), hex.substr(0, 7)}) {
        CAPTURE(name);
        check_refused(session.signet({"sign", "-k", name, "report.txt"}), 4);
    }
    // Two keys can sign, and nobody said which; the line names both.
    const ProcessResult ambiguous = session.signet({"sign", "report.txt"});
    check_refused(ambiguous, 4);
    CHECK(ambiguous.err.find("Alice rsa2048") != std::string::npos);
    CHECK(ambiguous.err.find("Alice p256") != std::string::npos);
    check_refused(session.signet({"sign", "-k", "pkcs11:token=alice", "report.txt"}), 4);
    CHECK(session.files() == std::vector<std::string>{"report.txt"});
    CHECK(session.audit_records("sign", "begun") == 0);
}

TEST_CASE("expired, not yet valid and unsuitable certificates are passed over, and it is said") {
    Alice alice({KeyType::p256});
    const std::string address = "alice.p256@example.org";
    alice.add(KeyType::p256, "expired",
              {.email = address, .key_usage = {}, .not_before = -2 * day, .not_after = -1 * day});
    alice.add(KeyType::p256, "future", {.email = address, .key_usage = {}, .not_before = day});
    alice.add(KeyType::p256, "opens-only", {.email = address, .key_usage = "critical,keyAgreement"});
    AgentProcess agent(AgentSetup::of(alice.token()));
    const TemporaryFolder folder;
    write_file(folder / "report.txt", "All is well.\n");

    const ProcessResult result =
        agent.signet({"sign", "-k", address, "report.txt"}, {.folder = folder.path()});
    check_done(result);
    CHECK(result.err.find("expired") != std::string::npos);
    CHECK(run({"openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", "report.txt.p7s", "-content",
               "report.txt", "-CAfile", alice.ca().root(), "-out", "/dev/null"},
              {.folder = folder.path()})
              .status == 0);
    for (const std::string name : {"alice-expired", "alice-future", "alice-opens-only"}) {
        CAPTURE(name);
        check_refused(
            agent.signet({"sign", "-k", name, "-o", "none", "report.txt"}, {.folder = folder.path()}), 4);
        CHECK_FALSE(std::filesystem::exists(folder / "none"));
    }
}

TEST_CASE("a key of an unknown type on the token hides no other") {
    Alice alice({KeyType::p256});
    alice.token().import_dsa("other", "ee");
    AgentProcess agent(AgentSetup::of(alice.token()));
    const TemporaryFolder folder;
    write_file(folder / "report.txt", "All is well.\n");
    check_done(agent.signet({"sign", "report.txt"}, {.folder = folder.path()}));
}

TEST_CASE("list and status say what is there") {
    Session session;
    const ProcessResult list = session.signet({"list"});
    check_done(list);
    for (const std::string text :
         {"alice.rsa2048@example.org", "alice.p256@example.org", "RSA-2048", "P-256", "pkcs11:"})
        CHECK(list.out.find(text) != std::string::npos);
    const ProcessResult json = session.signet({"list", "--json"});
    check_done(json);
    CHECK(json.out.find(fingerprint(session.certificate(KeyType::rsa2048))) != std::string::npos);
    const ProcessResult status = session.signet({"status", "--json"});
    check_done(status);
    REQUIRE(session.agent().hosts().size() == 1);
    CHECK(status.out.find(std::to_string(session.agent().hosts().at(0))) != std::string::npos);
    CHECK(status.out.find(std::to_string(session.agent().process().pid())) != std::string::npos);
}
