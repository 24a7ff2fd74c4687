// A module that hangs, crashes or fails, next to one that does not.
#include "tests/end_to_end/faulty_module.h"
#include "tests/end_to_end/session.h"
#include "tests/end_to_end/sign_load.h"

#include <csignal>

using namespace signet::tests;

namespace {

// Alice's token is behind the faulty module.
struct FaultyAlice {
    explicit FaultyAlice(const std::string& operation_timeout = "30s")
        : agent(module.setup(alice.token(), operation_timeout)) {
        write_file(folder / "report.txt", "All is well.\n");
    }

    ProcessResult sign() {
        return agent.signet({"sign", "-o", "sig", "report.txt"},
                            {.folder = folder.path(), .timeout = std::chrono::minutes(2)});
    }
    bool verifies() {
        return run({"openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", "sig", "-content",
                    "report.txt", "-CAfile", alice.ca().root(), "-out", "/dev/null"},
                   {.folder = folder.path()})
                   .status == 0;
    }
    void check_fails_until_mended(const std::string& script) {
        module.follow(script);
        check_refused(sign(), 6);
        CHECK_FALSE(std::filesystem::exists(folder / "sig"));
        module.follow("");
        REQUIRE(wait_until([&] { return sign().status == 0; }));
        CHECK(verifies());
    }

    Alice alice{{KeyType::p256}};
    TemporaryFolder folder;
    FaultyModule module;
    AgentProcess agent;
};

}  // namespace

TEST_CASE("a fault that goes away costs the client nothing but time") {
    FaultyAlice faulty("2s");
    for (const std::string script :
         {"C_Sign crash times 1", "C_Sign hang times 1", "C_SignInit crash times 1",
          "C_Sign error CKR_DEVICE_ERROR times 1", "C_Sign error CKR_GENERAL_ERROR times 1",
          "C_Sign error CKR_DEVICE_REMOVED times 1", "C_SignInit error CKR_SESSION_HANDLE_INVALID times 1",
          "C_SignInit error CKR_USER_NOT_LOGGED_IN times 1",
          "C_SignInit error CKR_KEY_HANDLE_INVALID times 1", "C_Sign delay 300ms"}) {
        CAPTURE(script);
        faulty.module.follow(script);
        std::filesystem::remove(faulty.folder / "sig");
        const ProcessResult result = faulty.sign();
        check_done(result);
        CHECK(faulty.verifies());
    }
}

TEST_CASE("a signature that the token spoils never leaves, whatever it signed before") {
    FaultyAlice faulty;
    check_done(faulty.sign());
    REQUIRE(faulty.verifies());
    std::filesystem::remove(faulty.folder / "sig");
    // SoftHSM's own signature is one of 64 bytes, and so is this.
    faulty.module.follow("C_Sign garble content times 1");
    check_done(faulty.sign());
    CHECK(faulty.module.reached(1));
    CHECK(faulty.verifies());
}

// Cases of their own, as each waits for the pauses between two starts of signet-token.
TEST_CASE("a crash that stays is an error, and the agent serves on") {
    FaultyAlice("1s").check_fails_until_mended("C_Sign crash");
}

TEST_CASE("a hang that stays is an error, and the agent serves on") {
    FaultyAlice("1s").check_fails_until_mended("C_Sign hang");
}

TEST_CASE("an error that stays is an error, and the agent serves on") {
    FaultyAlice("1s").check_fails_until_mended("C_Sign error CKR_DEVICE_ERROR");
}

TEST_CASE("a token with fewer sessions than were wanted works with those") {
    FaultyAlice faulty;
    faulty.module.follow("C_OpenSession error CKR_SESSION_COUNT after 2");
    for (const pid_t host : faulty.agent.hosts())
        kill(host, SIGKILL);
    const ProcessResult result = faulty.sign();
    check_done(result);
    CHECK(faulty.verifies());
}

TEST_CASE("clients of another module notice nothing of one that hangs") {
    FaultyModule module;
    Alice alice({KeyType::p256});
    Alice bob({KeyType::rsa2048});
    AgentSetup setup = module.setup(alice.token(), "2s");
    // Bob's token has Alice's label as well; his is told from hers by the module alone.
    setup.modules.push_back(AgentSetup::of(bob.token()).modules.front());
    const AgentProcess agent(setup);
    const TemporaryFolder folder;
    write_file(folder / "report.txt", "All is well.\n");
    check_done(agent.signet({"sign", "-k", "alice-p256", "report.txt"}, {.folder = folder.path()}));

    SignLoad load(agent, {"alice-rsa2048", "alice-rsa2048"});
    REQUIRE(wait_until([&] { return load.done() >= 2; }));
    module.follow("C_Sign hang times 1");
    const std::size_t before = load.done();
    check_done(agent.signet({"sign", "-k", "alice-p256", "-o", "sig", "report.txt"},
                            {.folder = folder.path(), .timeout = std::chrono::minutes(1)}));
    const std::size_t meanwhile = load.done() - before;
    load.stop();
    CHECK_THAT(load.failures(), Catch::Equals(std::vector<std::string>{}));
    CHECK(load.bad_signatures(bob.ca().root()).empty());
    // It hung for two seconds; Bob's clients would have come to a stand if they had to wait for it.
    CHECK(meanwhile >= 8);
    CHECK(agent.hosts().size() == 2);
}

TEST_CASE("SIGTERM lets what is in flight finish") {
    FaultyAlice faulty;
    check_done(faulty.sign());
    std::filesystem::remove(faulty.folder / "sig");
    faulty.module.follow("C_Sign delay 1000ms");
    BackgroundProcess client(
        {program("signet"), "sign", "-o", "sig", "report.txt"},
        {.environment = faulty.agent.folder().environment(), .folder = faulty.folder.path()});
    REQUIRE(wait_until([&] {
        return faulty.agent.signet({"status", "--json"}).out.find("\"outstanding\":1") != std::string::npos;
    }));
    CHECK(faulty.agent.terminate() == 0);
    CHECK(client.wait(std::chrono::seconds(20)) == 0);
    CHECK(faulty.verifies());
}
