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

/// The lines of `list` from the heading on to the next empty one; empty if there is no such heading.
std::string block_of(const std::string& list, const std::string& heading) {
    const auto begin = list.find(heading + "\n");
    return begin == std::string::npos ? std::string() : list.substr(begin, list.find("\n\n", begin) - begin);
}

}  // namespace

TEST_CASE("a list says what expired, retired and renewed identities do") {
    Alice alice({KeyType::p256, KeyType::rsa2048});
    const TemporaryFolder folder;
    const Identity p256 = alice.identity(KeyType::p256);
    alice.add(KeyType::p256, "expired", {.key_usage = {}, .not_before = -2 * day, .not_after = -1 * day});
    const auto renewed = alice.ca().issue({.public_key_pem = p256.public_key_pem,
                                           .common_name = "Alice renewed",
                                           .email = "renewed@example.org",
                                           .key_usage = mail_key_usage(KeyType::p256),
                                           .not_before = std::chrono::minutes(-1)});
    alice.token().import_certificate(renewed.der, "renewed", p256.id);
    AgentProcess agent(AgentSetup::of(alice.token()));
    // pkcs11-tool cannot make one: SoftHSM lets a key sign unless it is told otherwise.
    check_done(agent.signet({"token", "keygen", "-l", "retired", "-t", "rsa-2048", "--decrypt"}));
    alice.token().pkcs11_tool(
        {"--read-object", "--type", "pubkey", "--label", "retired", "--output-file", folder / "retired.der"});
    const std::string retired = run_or_throw({"openssl", "pkey", "-pubin", "-inform", "DER", "-in",
                                              folder / "retired.der", "-pubout"})
                                    .out;
    const auto of_retired = alice.ca().issue({.public_key_pem = retired, .common_name = "Retired"});
    check_done(agent.signet({"token", "import", of_retired.pem}));
    write_file(folder / "report.txt", "All is well.\n");
    check_done(agent.signet({"unlock", alice.token().label()}));

    const auto list = agent.signet({"list"}).out;
    CAPTURE(list);
    const auto expired = block_of(list, "identity alice.expired@example.org");
    CHECK_THAT(expired, Catch::Contains("note        expired; decrypts only"));
    CHECK_THAT(expired, Catch::Contains("usage       decrypt\n"));
    const auto retired_block = block_of(list, "identity retired");
    CHECK_THAT(retired_block, Catch::Contains("note        its key may not sign; decrypts only"));
    CHECK_THAT(retired_block, Catch::Contains("usage       decrypt\n"));
    const auto newest = fingerprint(renewed.pem).substr(0, 16);
    CHECK_THAT(block_of(list, "identity renewed@example.org"),
               Catch::Contains("note        of the 2 certificates on its key this one signs"));
    CHECK_THAT(block_of(list, "identity " + p256.email),
               Catch::Contains("note        of the 2 certificates on its key " + newest + " signs"));

    // As it says: whoever names the key gets the newest, and a retired one does not sign.
    check_done(agent.signet({"sign", "-k", "pkcs11:id=%" + p256.id, "-o", "sig", "report.txt"},
                            {.folder = folder.path()}));
    const auto signer =
        run({"openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", "sig", "-content", "report.txt",
             "-CAfile", alice.ca().root(), "-signer", "/dev/stdout", "-out", "/dev/null"},
            {.folder = folder.path()});
    CHECK(signer.out == read_file(renewed.pem));
    const auto refused =
        agent.signet({"sign", "-k", "retired", "-o", "none", "report.txt"}, {.folder = folder.path()});
    check_refused(refused, 4);
    CHECK_THAT(refused.err, Catch::Contains("has a key that its token does not sign with"));
    const auto envelope = run({"openssl", "cms", "-encrypt", "-aes256", "-binary", "-in", "report.txt",
                               "-outform", "DER", "-out", "report.p7m", of_retired.pem},
                              {.folder = folder.path()});
    REQUIRE(envelope.status == 0);
    CHECK(agent.signet({"decrypt", "-o", "-", "report.p7m"}, {.folder = folder.path()}).out ==
          "All is well.\n");
}

TEST_CASE("a certificate without a key is listed as such, and a CA's is chain") {
    Alice alice({KeyType::p256}, TestCa::Levels::with_intermediate);
    const TemporaryFolder folder;
    const auto bob = software_identity(alice.ca(), KeyType::rsa2048, folder.path());
    const auto der = folder / "bob.der";
    run_or_throw({"openssl", "x509", "-in", bob.certificate, "-outform", "DER", "-out", der});
    // Under the CKA_ID of another key, and under none.
    alice.token().import_certificate(der, "bob", alice.identity(KeyType::p256).id);
    const auto carol = software_identity(alice.ca(), KeyType::p256, folder.path(), "carol");
    run_or_throw({"openssl", "x509", "-in", carol.certificate, "-outform", "DER", "-out", der});
    alice.token().import_certificate(der, "carol", "c2");
    AgentProcess agent(AgentSetup::of(alice.token()));
    check_done(agent.signet({"unlock", alice.token().label()}));

    const auto list = agent.signet({"list"});
    check_done(list);
    CAPTURE(list.out);
    CHECK(list.err.empty());
    CHECK_THAT(block_of(list.out, "certificate " + carol.email),
               Catch::Contains("note        no key: its token has no private key for it"));
    CHECK_FALSE(block_of(list.out, "certificate " + bob.email).empty());
    CHECK(block_of(list.out, "identity " + bob.email).empty());
    CHECK_THAT(block_of(list.out, "identity " + alice.identity(KeyType::p256).email),
               Catch::Contains("chain       "));
    CHECK(list.out.find("\ncertificate ", list.out.find("\ncertificate ") + 1) ==
          list.out.rfind("\ncertificate "));
    const auto json = agent.signet({"list", "--json"}).out;
    const auto certificates = json.substr(json.find("\"certificates\":["));
    CHECK_THAT(certificates, Catch::Contains("\"fingerprint\":\"" + fingerprint(carol.certificate) + "\""));
    CHECK_THAT(certificates, Catch::Contains("\"fingerprint\":\"" + fingerprint(bob.certificate) + "\""));
    write_file(folder / "report.txt", "All is well.\n");
    check_refused(agent.signet({"sign", "-k", bob.email, "report.txt"}, {.folder = folder.path()}), 4);
}

TEST_CASE("two keys with one CKA_ID, and two with one label, all sign with their own certificates") {
    Alice alice({KeyType::p256});
    // Made under IDs of their own, so that the tool reads the right public key.
    const auto add = [&](KeyType type, const std::string& id, const std::string& name) {
        const auto pem = alice.token().generate(type, "twin", id);
        const auto certificate = alice.ca().issue({.public_key_pem = pem,
                                                   .common_name = name,
                                                   .email = name + "@example.org",
                                                   .key_usage = mail_key_usage(type)});
        alice.token().import_certificate(certificate.der, "twin", id);
        for (const std::string object : {"privkey", "pubkey", "cert"})
            alice.token().pkcs11_tool({"--set-id", "dd", "--type", object, "--id", id});
    };
    add(KeyType::rsa2048, "d1", "rsa-twin");
    add(KeyType::p256, "d2", "ec-twin");
    add(KeyType::p384, "d3", "longer-twin");
    AgentProcess agent(AgentSetup::of(alice.token()));
    const TemporaryFolder folder;
    write_file(folder / "report.txt", "All is well.\n");
    check_done(agent.signet({"unlock", alice.token().label()}));
    for (const std::string name : {"rsa-twin", "ec-twin", "longer-twin"}) {
        CAPTURE(name);
        check_done(agent.signet({"sign", "-k", name + "@example.org", "-o", "sig", "report.txt"},
                                {.folder = folder.path()}));
        CHECK(run({"openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", "sig", "-content",
                   "report.txt", "-CAfile", alice.ca().root(), "-out", "/dev/null"},
                  {.folder = folder.path()})
                  .status == 0);
        CHECK_THAT(block_of(agent.signet({"list"}).out, "identity " + name + "@example.org"),
                   Catch::Contains("another key has the same label; another key on its token has the same "
                                   "CKA_ID"));
    }
    const auto several =
        agent.signet({"sign", "-k", "twin", "-o", "none", "report.txt"}, {.folder = folder.path()});
    check_refused(several, 4);
    for (const std::string text : {"CN=rsa-twin,O=Signet [", "] RSA-2048 \"twin\" on token \"alice\"",
                                   "CN=ec-twin,O=Signet [", "] P-256 \"twin\"", "] P-384 \"twin\""})
        CHECK_THAT(several.err, Catch::Contains(text));
}

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
    check_done(session.signet({"encrypt", "--no-self", "-r", "alice-p256", "report.txt"}));
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
