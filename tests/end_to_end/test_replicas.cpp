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

// More at once than a token with one session has room for. Alpha takes its time with each.
struct Busy {
    Busy(const std::string& of_alpha, const std::string& of_beta) : agent(setup(of_alpha, of_beta)) {
        module.follow("C_Sign delay 300ms");
        for (int i = 0; i < 12; ++i) {
            batch.push_back("file" + std::to_string(i));
            write_file(replicas.folder / batch.back(), std::to_string(i));
        }
    }
    AgentSetup setup(const std::string& of_alpha, const std::string& of_beta) {
        const AgentSetup wanted = replicas.setup(of_alpha, of_beta);
        AgentSetup both = pinentry.used_in(wanted);
        both.tokens = wanted.tokens;
        both.modules.front() = module.setup(replicas.alpha).modules.front();
        for (ModuleSetup& each : both.modules)
            each.sessions = 1;
        return both;
    }
    [[nodiscard]] ProcessResult sign(const Arguments& command) const {
        return agent.signet(command, {.folder = replicas.folder.path()});
    }
    [[nodiscard]] std::size_t signatures_of(const std::string& token) const {
        return audit_records(agent, "sign", "begun", "token=" + token);
    }
    [[nodiscard]] std::size_t told(const std::string& what) const { return occurrences(agent.log(), what); }

    Replicas replicas;
    FaultyModule module;
    ScriptedPinentry pinentry{"give " + std::string(SoftHsmToken::default_pin)};
    AgentProcess agent;
    Arguments batch{"sign"};
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

TEST_CASE("a token that opens without a person takes its share of what is too much for another") {
    Busy busy("right", "right");
    check_done(busy.sign(busy.batch));
    CHECK(busy.signatures_of("alpha") > 0);
    CHECK(busy.signatures_of("beta") > 0);
    CHECK(busy.signatures_of("alpha") + busy.signatures_of("beta") == 12);
}

TEST_CASE("a token that a person opened before takes its share, too, with the PIN that is kept") {
    Busy busy("right", "pinentry");
    check_done(busy.sign({"unlock", "beta"}));
    CHECK(busy.pinentry.asked() == 1);
    for (const pid_t host : busy.agent.hosts())
        REQUIRE(kill(host, SIGKILL) == 0);
    // Beta has the PIN and no login.
    REQUIRE(wait_until([&] { return busy.sign({"list"}).out.find("logged in") == std::string::npos; }));
    check_done(busy.sign({"unlock", "alpha"}));
    check_done(busy.sign(busy.batch));
    CHECK(busy.signatures_of("alpha") > 0);
    CHECK(busy.signatures_of("beta") > 0);
    CHECK(busy.pinentry.asked() == 1);
}

TEST_CASE("nobody is asked for a PIN so that a token takes its share") {
    Busy busy("right", "pinentry");
    check_done(busy.sign(busy.batch));
    CHECK(busy.signatures_of("alpha") == 12);
    CHECK(busy.pinentry.asked() == 0);
}

TEST_CASE(
    "a token that does not open for its share costs no request anything, and is left alone for a while") {
    Busy busy("right", "wrong");
    check_done(busy.sign(busy.batch));
    CHECK(busy.signatures_of("alpha") == 12);
    REQUIRE(wait_until([&] { return busy.told("takes no share") > 0; }));
    check_done(busy.sign(busy.batch));
    CHECK(busy.told("takes no share") == 1);
    CHECK(busy.told("refused a PIN") == 1);
}
