#include "tests/client/commands/encryption.h"

#include <filesystem>

using namespace signet;
using namespace signet::tests;

TEST_CASE("The sender is a recipient too: named, configured, or the one that the agent knows") {
    const Session folder;
    const Person alice(folder, KeyType::p256, "alice");
    const Person bob(folder, KeyType::rsa2048, "bob");
    const Arguments to_bob{"encrypt", "-r", bob.certificate.pem, "a"};
    const auto with = [&](Arguments options) {
        options.insert(options.begin(), to_bob.begin(), to_bob.end());
        return options;
    };
    const std::string warning = "signet: warning: it is not encrypted to yourself: ";
    const std::string advice = "; name your certificate with --self, or say --no-self\n";

    SECTION("without an agent") {
        const Session session;
        session.write("a", "content");
        const Environment nothing{{"XDG_CONFIG_HOME", session.path("config")}};
        const ProcessResult alone = session.signet(to_bob, {}, nothing);
        CHECK(alone.status == 0);
        CHECK(alone.err == warning + "there is no agent that knows who you are" + advice);
        CHECK(opened_by_openssl(session, bob, "a.p7m") == "content");
        const ProcessResult named = session.signet(with({"--self", alice.certificate.pem}), {}, nothing);
        CHECK(named.status == 0);
        CHECK(named.err.empty());
        CHECK(opened_by_openssl(session, bob, "a.p7m") == "content");
        CHECK(opened_by_openssl(session, alice, "a.p7m") == "content");
        CHECK(session.signet(with({"--self", alice.certificate.pem, "--no-self"}), {}, nothing).status == 2);

        std::filesystem::create_directories(session.path("config/signet"));
        std::filesystem::copy(alice.certificate.pem, session.path("config/signet/self.pem"));
        std::filesystem::remove(session.path("a.p7m"));
        const ProcessResult configured = session.signet(to_bob, {}, nothing);
        CHECK(configured.status == 0);
        CHECK(configured.err.empty());
        CHECK(opened_by_openssl(session, alice, "a.p7m") == "content");
        CHECK(session.signet(with({"--no-self"}), {}, nothing).status == 0);
        CHECK(run({"openssl", "cms", "-decrypt", "-inform", "DER", "-in", session.path("a.p7m"), "-recip",
                   alice.certificate.pem, "-inkey", alice.key})
                  .status != 0);
        session.write("config/signet/self.pem", "nothing");
        CHECK(session.signet(to_bob, {}, nothing).status == 8);
    }
    SECTION("with an agent that knows one, or several") {
        const bool several = GENERATE(false, true);
        const Person other(folder, KeyType::p256, "other");
        const FakeAgent agent(
            knowing(several ? std::vector{alice.der(), other.der()} : std::vector{alice.der()}));
        const Session session(agent.socket());
        session.write("a", "content");
        const Environment nothing{{"XDG_CONFIG_HOME", session.path("config")}};
        const ProcessResult result = session.signet(to_bob, {}, nothing);
        CHECK(result.status == 0);
        CHECK(opened_by_openssl(session, bob, "a.p7m") == "content");
        if (several) {
            CHECK(result.err == warning + "the agent has several certificates for encryption" + advice);
        } else {
            CHECK(result.err.empty());
            CHECK(opened_by_openssl(session, alice, "a.p7m") == "content");
        }
    }
}
