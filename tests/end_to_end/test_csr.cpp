// Requests for certificates that a token's keys sign.
#include "tests/end_to_end/session.h"

#include <csignal>

using namespace signet::tests;

namespace {

std::string shown(const Session& session, const std::string& request) {
    const auto text =
        session.openssl({"req", "-in", request, "-noout", "-text", "-verify", "-nameopt", "RFC2253"});
    check_done(text);
    CHECK_THAT(text.err, Catch::Contains("verify OK"));
    return text.out;
}

}  // namespace

TEST_CASE("each key asks for a certificate of each kind, and openssl verifies the request") {
    Session session(std::vector<KeyType>{});
    for (const std::string type : {"rsa-2048", "rsa-4096", "p-256", "p-384", "p-521"}) {
        CAPTURE(type);
        check_done(session.signet({"token", "keygen", "-l", type, "-t", type, "--sign", "--decrypt"}));
        check_done(
            session.signet({"token", "csr", "-k", type, "-e", "alice@example.org", "-o", "address.pem"}));
        const auto address = shown(session, "address.pem");
        CHECK_THAT(address, Catch::Contains("Subject: CN=alice@example.org\n"));
        CHECK_THAT(address, Catch::Contains("email:alice@example.org\n"));
        CHECK_THAT(address, Catch::Contains("E-mail Protection"));
        check_done(
            session.signet({"token", "csr", "-k", type, "-e", "alice@example.org", "-e", "a@example.com",
                            "--given-name", "Alice", "--surname", "Ay", "-o", "person.pem"}));
        const auto person = shown(session, "person.pem");
        CHECK_THAT(person, Catch::Contains("Subject: CN=Alice Ay,GN=Alice,SN=Ay\n"));
        CHECK_THAT(person, Catch::Contains("email:alice@example.org, email:a@example.com\n"));
        check_done(
            session.signet({"token", "csr", "-k", type, "-e", "alice@example.org", "--name", "Alice Ay",
                            "--organisation", "Example", "--country", "DE", "-o", "member.pem"}));
        CHECK_THAT(shown(session, "member.pem"), Catch::Contains("Subject: CN=Alice Ay,O=Example,C=DE\n"));
    }
    CHECK(session.audit_records("csr", "done") == 15);
}

TEST_CASE("a key that only signs asks for a certificate, an Ed25519 key too") {
    Session session(std::vector<KeyType>{});
    for (const std::string type : {"ed25519", "rsa-2048"}) {
        CAPTURE(type);
        check_done(session.signet({"token", "keygen", "-l", type, "-t", type}));
        check_done(session.signet({"token", "csr", "-k", type, "-e", "alice@example.org", "-o", "new.pem"}));
        const auto text = shown(session, "new.pem");
        CHECK_THAT(text, Catch::Contains("Digital Signature\n"));
        CHECK_THAT(text, Catch::Contains(type == "ed25519" ? "Signature Algorithm: ED25519\n"
                                                           : "Public-Key: (2048 bit)"));
    }
    CHECK_THAT(session.signet({"list"}).out, Catch::Contains("Ed25519"));
}

TEST_CASE("a key is named for its request by label, URI, or the identity that has it already") {
    Session session({KeyType::p256});
    // The one key that there is has a certificate.
    check_refused(session.signet({"token", "csr", "-e", "a@example.org"}), 4);
    check_done(session.signet({"token", "csr", "-k", "alice.p256@example.org", "-e", "a@example.org"}));
    const auto made = session.signet({"token", "keygen", "-l", "new", "-t", "p-256"});
    check_done(made);
    const std::string uri = made.out.substr(0, made.out.find('\n'));
    for (const Arguments& key : {Arguments{}, {"-k", "new"}, {"-k", uri}}) {
        Arguments csr{"token", "csr", "-e", "a@example.org", "-o", "new.pem"};
        csr.insert(csr.end(), key.begin(), key.end());
        check_done(session.signet(csr));
        CHECK_THAT(shown(session, "new.pem"), Catch::Contains("Digital Signature\n"));
    }
    check_done(session.signet({"lock"}));
    check_done(
        session.signet({"token", "csr", "-k", "new", "-e", "a@example.org", "--der", "-o", "new.der"}));
    check_done(session.openssl({"req", "-inform", "DER", "-in", "new.der", "-noout", "-verify"}));
    check_done(session.signet({"token", "keygen", "-l", "newer", "-t", "p-256"}));
    check_refused(session.signet({"token", "csr", "-e", "a@example.org"}), 4);
    check_refused(session.signet({"token", "csr", "-k", "nobody", "-e", "a@example.org"}), 4);
}

TEST_CASE("what cannot be in a certificate is no request") {
    Session session(std::vector<KeyType>{});
    check_done(session.signet({"token", "keygen", "-l", "new", "-t", "p-256"}));
    const auto refused = [&](Arguments arguments, int status) {
        arguments.insert(arguments.begin(), {"token", "csr", "-o", "none.pem"});
        check_refused(session.signet(arguments), status);
        CHECK_FALSE(session.exists("none.pem"));
    };
    refused({}, 2);
    refused({"-e", "a@example.org", "--organisation", "Example"}, 2);
    refused({"-e", "a@example.org", "--country", "DE"}, 2);
    refused({"-e", "a@example.org", "--name", "A", "--country", "de"}, 8);
    refused({"-e", "no address"}, 8);
    refused({"-e",
             "a@b\xc3\xb8"
             "b.org"},
            8);
    refused({"-e", "a@example.org", "--name", std::string(65, 'a')}, 8);
    refused({"-e", "a@example.org", "--name", "a\nb"}, 8);
    refused({"-e", "a@example.org", "-k", "pkcs11:nonsense=1"}, 2);
    // A request is signed with its key.
    check_done(session.signet({"token", "keygen", "-l", "opens", "-t", "p-256", "--decrypt"}));
    refused({"-e", "a@example.org", "-k", "opens"}, 6);
    CHECK_THAT(session.signet({"token", "csr", "-e", "a@example.org", "-k", "opens"}).err,
               Catch::Contains("the key \"opens\" does not sign"));
    CHECK(session.audit_records("csr", "done") == 0);
}

TEST_CASE("a request for a certificate survives the end of signet-token") {
    Session session(std::vector<KeyType>{});
    check_done(session.signet({"token", "keygen", "-l", "new", "-t", "p-256"}));
    for (const pid_t host : session.agent().hosts())
        REQUIRE(kill(host, SIGKILL) == 0);
    check_done(session.signet({"token", "csr", "-e", "a@example.org", "-o", "new.pem"}));
    static_cast<void>(shown(session, "new.pem"));
}

namespace {

/// What becomes of keys with one CKA_ID; an agent begins when they are there.
struct SharedId {
    SharedId(const std::string& first, const std::string& second) {
        alice.token().generate(KeyType::p256, first, "aa");
        alice.token().generate(KeyType::p256, second, "aa");
    }
    ProcessResult request(const AgentProcess& agent, const std::string& key) const {
        return agent.signet({"token", "csr", "-k", key, "-e", "alice@example.org", "-o", "new.pem"},
                            {.folder = folder.path()});
    }

    Alice alice{std::vector<KeyType>{}};
    TemporaryFolder folder;
};

}  // namespace

TEST_CASE("of two keys with one CKA_ID each asks for a certificate with its own public key") {
    SharedId keys("k1", "k2");
    const AgentProcess agent(AgentSetup::of(keys.alice.token()));
    check_done(agent.signet({"unlock", "--pin-stdin"}, {.stdin_text = SoftHsmToken::default_pin_line}));
    for (const std::string key : {"k1", "k2"}) {
        check_done(keys.request(agent, key));
        check_done(
            run({"openssl", "req", "-in", "new.pem", "-noout", "-verify"}, {.folder = keys.folder.path()}));
    }
}

TEST_CASE("a request whose public key nothing tells is refused, and the process stays") {
    SharedId keys("same", "same");
    const AgentProcess agent(AgentSetup::of(keys.alice.token()));
    check_done(agent.signet({"unlock", "--pin-stdin"}, {.stdin_text = SoftHsmToken::default_pin_line}));
    const auto hosts = agent.hosts();
    const auto result = keys.request(agent, "same");
    check_refused(result, 4);
    CHECK_THAT(result.err, Catch::Contains("share their ID"));
    CHECK(agent.hosts() == hosts);
}

TEST_CASE("a request that does not verify with the public key of the same ID is a plain failure") {
    SharedId keys("k1", "k2");
    auto& token = keys.alice.token();
    // The public key k1 and the private key k2 are what is left: one ID, and no pair.
    check_done(token.pkcs11_tool({"--delete-object", "--type", "privkey", "--label", "k1"}));
    check_done(token.pkcs11_tool({"--delete-object", "--type", "pubkey", "--label", "k2"}));
    const AgentProcess agent(AgentSetup::of(token));
    check_done(agent.signet({"unlock", "--pin-stdin"}, {.stdin_text = SoftHsmToken::default_pin_line}));
    const auto hosts = agent.hosts();
    const auto result = keys.request(agent, "k2");
    check_refused(result, 6);
    CHECK_THAT(result.err, Catch::Contains("does not verify"));
    CHECK(agent.hosts() == hosts);
    CHECK_FALSE(std::filesystem::exists(keys.folder / "new.pem"));
}
