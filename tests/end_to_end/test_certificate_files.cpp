// A token that holds keys alone, with certificates in files beside it.
#include "tests/end_to_end/session.h"

using namespace signet::tests;

namespace {

/// A token with keys and nothing else, and a folder in which their certificates may be put.
struct KeysAlone {
    KeysAlone() { std::filesystem::create_directory(certificates()); }

    [[nodiscard]] std::filesystem::path certificates() const { return folder / "certificates"; }
    [[nodiscard]] AgentSetup setup() const {
        auto made = AgentSetup::of(token);
        made.tokens.at(0).certificates = certificates();
        return made;
    }
    /// Makes a key pair, and NAME.pem for it, which it returns.
    std::filesystem::path make(KeyType type, const std::string& name, const std::string& id) {
        const auto issued = ca.issue({.public_key_pem = token.generate(type, name, id),
                                      .common_name = name,
                                      .email = name + "@example.org",
                                      .key_usage = mail_key_usage(type)});
        put(issued.pem, name + ".pem");
        return issued.pem;
    }
    void put(const std::filesystem::path& file, const std::string& name) const {
        write_file(certificates() / name, read_file(file));
        std::filesystem::permissions(certificates() / name, std::filesystem::perms(0644));
    }
    /// With the root alone: the intermediate certificate must have come along.
    void check_signs(const AgentProcess& agent, const std::string& name) const {
        CAPTURE(name, agent.log());
        write_file(folder / "report.txt", "All is well.\n");
        check_done(agent.signet({"sign", "-k", name, "-o", "sig", "report.txt"}, {.folder = folder.path()}));
        CHECK(run({"openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", "sig", "-content",
                   "report.txt", "-CAfile", ca.root(), "-purpose", "smimesign", "-out", "/dev/null"},
                  {.folder = folder.path()})
                  .status == 0);
    }
    void check_opens(const AgentProcess& agent, const std::filesystem::path& certificate) const {
        REQUIRE(run({"openssl", "cms", "-encrypt", "-aes256", "-binary", "-in", "report.txt", "-outform",
                     "DER", "-out", "report.p7m", certificate},
                    {.folder = folder.path()})
                    .status == 0);
        CHECK(agent.signet({"decrypt", "-o", "-", "report.p7m"}, {.folder = folder.path()}).out ==
              "All is well.\n");
    }

    TestCa ca{TestCa::Levels::with_intermediate};
    SoftHsmToken token{"keys"};
    TemporaryFolder folder;
};

}  // namespace

TEST_CASE("keys alone sign and open with certificates from a folder beside the token") {
    KeysAlone keys;
    const auto rsa = keys.make(KeyType::rsa2048, "rsa", "a1");
    const auto ec = keys.make(KeyType::p256, "ec", "a2");
    keys.put(keys.ca.issuer().der, "ca.der");
    const auto stranger = software_identity(keys.ca, KeyType::p256, keys.folder.path());
    keys.put(stranger.certificate, "stranger.pem");
    const AgentProcess agent(keys.setup());
    // Nobody has logged in yet.
    keys.check_signs(agent, "rsa@example.org");
    keys.check_signs(agent, "ec");
    keys.check_signs(agent, "pkcs11:id=%A2");
    keys.check_opens(agent, rsa);
    keys.check_opens(agent, ec);

    const auto list = agent.signet({"list"}).out;
    CAPTURE(list);
    CHECK_THAT(list, Catch::Contains("identity rsa@example.org\n"));
    CHECK_THAT(list, Catch::Contains("file        " + (keys.certificates() / "rsa.pem").string() + "\n"));
    CHECK_THAT(list, Catch::Contains("certificate " + stranger.email + "\n"));
    CHECK_THAT(list, Catch::Contains("note        no key: its token has no private key for it"));
    CHECK(list.find("no certificate") == std::string::npos);
    CHECK_THAT(agent.signet({"list", "--json"}).out,
               Catch::Contains("\"file\":\"" + (keys.certificates() / "ec.pem").string() + "\""));
}

TEST_CASE("a private EC key without a public one is found by its CKA_ID once the token is open") {
    KeysAlone keys;
    const auto certificate = keys.make(KeyType::p256, "ec", "a1");
    const auto identifier =
        run_or_throw({"openssl", "x509", "-in", certificate, "-noout", "-ext", "subjectKeyIdentifier"}).out;
    const auto parts = run_or_throw({"openssl", "asn1parse", "-in", certificate}).out;
    CAPTURE(identifier, parts);
    // As it is mostly made: SHA-1 of the public key.
    const auto point =
        run_or_throw({"sh", "-c",
                      "openssl x509 -in \"$0\" -noout -pubkey | openssl pkey -pubin -outform DER | "
                      "tail -c 65 | openssl dgst -sha1 -r",
                      certificate})
            .out.substr(0, 40);
    keys.token.pkcs11_tool({"--delete-object", "--type", "pubkey", "--id", "a1"});
    keys.token.pkcs11_tool({"--set-id", point, "--type", "privkey", "--id", "a1"});
    keys.put(keys.ca.issuer().pem, "ca.pem");
    const AgentProcess agent(keys.setup());
    keys.check_signs(agent, "ec@example.org");
    keys.check_opens(agent, certificate);
    CHECK(agent.signet({"list"}).out.find("no certificate") == std::string::npos);
}

TEST_CASE("certificates beside a token are read again at SIGHUP, and bad ones change nothing") {
    KeysAlone keys;
    keys.make(KeyType::rsa2048, "rsa", "a1");
    keys.put(keys.ca.issuer().pem, "ca.pem");
    AgentProcess agent(keys.setup());
    keys.check_signs(agent, "rsa@example.org");

    write_file(keys.certificates() / "bad.pem", "no certificate\n");
    agent.reconfigure(keys.setup());
    const std::string bad = (keys.certificates() / "bad.pem").string();
    REQUIRE(wait_until([&] {
        return agent.log().find("the configuration stays as it was: [[token]] certificates: " + bad) !=
               std::string::npos;
    }));
    keys.check_signs(agent, "rsa@example.org");

    std::filesystem::remove(bad);
    std::filesystem::rename(keys.certificates() / "rsa.pem", keys.folder / "elsewhere.pem");
    agent.reconfigure(keys.setup());
    REQUIRE(
        wait_until([&] { return agent.signet({"list"}).out.find("rsa@example.org") == std::string::npos; }));
    CHECK_THAT(agent.signet({"list"}).out, Catch::Contains("note        no certificate"));
    std::filesystem::rename(keys.folder / "elsewhere.pem", keys.certificates() / "rsa.pem");
    agent.reconfigure(keys.setup());
    REQUIRE(
        wait_until([&] { return agent.signet({"list"}).out.find("rsa@example.org") != std::string::npos; }));
    keys.check_signs(agent, "rsa@example.org");
}

TEST_CASE("the agent does not start with wrong certificates beside a token, and names the file") {
    const AgentFolder folder;
    const auto file = folder.path() / "certificates.pem";
    const auto refused = [&](const std::string& why) {
        const AgentSetup setup{
            .tokens = {{.uri = "pkcs11:token=x", .pin = "none", .certificates = file.string()}}};
        write_file(folder.configuration(), folder.configuration_of(setup));
        for (const Arguments& more : {Arguments{}, Arguments{"--check-config"}}) {
            const ProcessResult result = run_agent(folder, more);
            CHECK(result.status == 2);
            CHECK(count_lines(result.err) == 1);
            CHECK_THAT(result.err, Catch::Contains("[[token]] certificates: " + file.string() + ": " + why));
        }
    };
    refused("No such file or directory");
    write_file(file, "-----BEGIN PRIVATE KEY-----\n");
    refused("it holds a private key; keep certificates alone in it");
    TestCa ca;
    write_file(file, read_file(ca.root()));
    std::filesystem::permissions(file, std::filesystem::perms(0666));
    refused("group or others may write to it; chmod go-w it");
    std::filesystem::permissions(file, std::filesystem::perms(0644));
    CHECK(run_agent(folder, {"--check-config"}).status == 0);
}

TEST_CASE("deleting a key leaves the certificate in the file beside its token alone") {
    KeysAlone keys;
    keys.make(KeyType::p256, "ec", "a1");
    const AgentProcess agent(keys.setup());
    const auto refused = agent.signet({"token", "delete", "--yes", "ec"});
    check_refused(refused, 7);
    check_done(agent.signet({"token", "delete", "--yes", "--force", "ec"}));
    CHECK(std::filesystem::exists(keys.certificates() / "ec.pem"));
    CHECK_THAT(agent.signet({"list"}).out, Catch::Contains("certificate ec@example.org\n"));
}
