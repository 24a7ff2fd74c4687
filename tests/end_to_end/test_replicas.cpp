// One key on two tokens: what one cannot do, the other does.
#include "tests/end_to_end/faulty_module.h"
#include "tests/end_to_end/scripted_pinentry.h"
#include "tests/end_to_end/session.h"

#include <csignal>

using namespace signet::tests;

namespace {

// Tokens "alpha" and "beta" with one key, each behind a module of its own, in this order.
struct Replicas {
    Replicas() {
        write_file(folder / "report.txt", "All is well.\n");
        write_file(folder / "wrong-pin", "999999");
        const SoftwareIdentity bob = software_identity(ca, KeyType::p256, folder.path());
        run_or_throw({"openssl", "x509", "-in", bob.certificate, "-outform", "DER", "-out", "bob.der"},
                     {.folder = folder.path()});
        for (SoftHsmToken* token : {&alpha, &beta}) {
            token->import_key(bob.key, "bob", "b0");
            token->import_certificate(folder / "bob.der", "bob", "b0");
        }
    }

    // PIN sources as in agent.toml; "right" and "wrong" are files with such a PIN.
    [[nodiscard]] AgentSetup setup(const std::string& of_alpha, const std::string& of_beta) const {
        AgentSetup both;
        for (const SoftHsmToken* token : {&alpha, &beta}) {
            std::string pin = token == &alpha ? of_alpha : of_beta;
            if (pin == "right")
                pin = "file:" + token->pin_file().string();
            if (pin == "wrong")
                pin = "file:" + (folder / "wrong-pin").string();
            const AgentSetup one = AgentSetup::of(*token, pin);
            both.modules.push_back(one.modules.front());
            both.modules.back().name = token->label();
            both.tokens.push_back(one.tokens.front());
        }
        return both;
    }
    [[nodiscard]] ProcessResult sign(const AgentProcess& agent) const {
        return agent.signet({"sign", "-o", "sig", "report.txt"}, {.folder = folder.path()});
    }

    TestCa ca;
    TemporaryFolder folder;
    SoftHsmToken alpha{"alpha"};
    SoftHsmToken beta{"beta"};
};

const std::string cancel = "echo 'ERR 83886179 Operation cancelled <Pinentry>'";

}  // namespace

TEST_CASE("a key is used on the token that can be opened, whichever of two that is") {
    const Replicas replicas;
    for (const std::string bad : {"none", "wrong", "file:/nowhere/pin"}) {
        CAPTURE(bad);
        const AgentProcess first_bad(replicas.setup(bad, "right"));
        check_done(replicas.sign(first_bad));
        const AgentProcess second_bad(replicas.setup("right", bad));
        check_done(replicas.sign(second_bad));
    }
}

TEST_CASE("when no token with the key can be opened, the client hears why the first could not") {
    const Replicas replicas;
    const AgentProcess agent(replicas.setup("none", "wrong"));
    const ProcessResult result = replicas.sign(agent);
    check_refused(result, 5);
    CHECK_THAT(result.err, Catch::Contains("its PIN source is none"));
    CHECK_THAT(result.err, Catch::Contains("alpha"));
}

TEST_CASE("who cancels is not asked for the PIN of another token with the key") {
    const Replicas replicas;
    const ScriptedPinentry pinentry(cancel);
    const AgentProcess agent(pinentry.used_in(replicas.setup("pinentry", "pinentry")));
    check_refused(replicas.sign(agent), 5);
    CHECK(pinentry.asked() == 1);
}

TEST_CASE("nobody is asked for a PIN when another token with the key opens without a person") {
    const Replicas replicas;
    const ScriptedPinentry pinentry(cancel);
    const AgentProcess agent(pinentry.used_in(replicas.setup("pinentry", "right")));
    check_done(replicas.sign(agent));
    CHECK(pinentry.asked() == 0);
}

TEST_CASE("a person is asked when the token that needs none does not open") {
    const Replicas replicas;
    const ScriptedPinentry pinentry("give " + std::string(SoftHsmToken::default_pin));
    const AgentProcess agent(pinentry.used_in(replicas.setup("pinentry", "wrong")));
    check_done(replicas.sign(agent));
    CHECK(pinentry.asked() == 1);
}

TEST_CASE("a request waits for whichever token with the key is there first") {
    const Replicas replicas;
    FaultyModule module;
    AgentSetup setup = replicas.setup("right", "right");
    setup.modules.front() = module.setup(replicas.alpha, "4s").modules.front();
    const AgentProcess agent(setup);
    check_done(replicas.sign(agent));
    module.follow("C_Initialize hang");
    for (const pid_t host : agent.hosts())
        REQUIRE(kill(host, SIGKILL) == 0);
    check_done(replicas.sign(agent));
}
