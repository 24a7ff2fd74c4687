// signet lock: what it forgets, and what it does about what fails.
#include "tests/end_to_end/busy_alice.h"
#include "tests/end_to_end/session.h"

using namespace signet::tests;

namespace {

// Alice's token, which her module can fail to show.
struct Keeper {
    Keeper() : agent(setup()) { write_file(folder / "report.txt", "All is well.\n"); }

    AgentSetup setup() {
        AgentSetup made = module.setup(alice.token());
        made.tokens.front().pin = "none";
        made.tokens.front().pin_cache = "forever";
        return made;
    }
    void show(bool shown) {
        module.follow(shown ? "" : "C_GetTokenInfo error CKR_DEVICE_ERROR");
        REQUIRE(
            wait_until([&] { return (signet({"list"}).out.find("alice") != std::string::npos) == shown; }));
    }
    ProcessResult signet(const Arguments& command, std::optional<std::string> stdin_text = {}) const {
        return agent.signet(command, {.stdin_text = std::move(stdin_text), .folder = folder.path()});
    }

    FaultyModule module;
    Alice alice{{KeyType::p256}};
    TemporaryFolder folder;
    AgentProcess agent;
};

}  // namespace

TEST_CASE("lock forgets the PIN of a token that is not there now") {
    Keeper keeper;
    check_done(keeper.signet({"unlock", "--pin-stdin"}, SoftHsmToken::default_pin_line));
    keeper.show(false);
    for (const std::string name :
         {"", "alice", "pkcs11:token=alice", "pkcs11:token=alice;model=SoftHSM%20v2"}) {
        CAPTURE(name);
        keeper.show(true);
        // Kept, so it is not asked for.
        check_done(keeper.signet({"unlock", "--pin-stdin"}, SoftHsmToken::default_pin_line));
        keeper.show(false);
        check_done(keeper.signet(name.empty() ? Arguments{"lock"} : Arguments{"lock", name}));
        keeper.show(true);
        check_refused(keeper.signet({"sign", "report.txt"}), 5);
    }
    CHECK(audit_records(keeper.agent, "lock", "done") == 4);
}

TEST_CASE("lock with nothing to lock is done, and lock of what nobody knows is not") {
    Keeper keeper;
    keeper.show(false);
    check_done(keeper.signet({"lock"}));
    check_refused(keeper.signet({"lock", "alice"}), 6);
    check_refused(keeper.signet({"lock", "pkcs11:model=SoftHSM%20v2"}), 6);
    CHECK(audit_records(keeper.agent, "lock", "done") == 1);
}

TEST_CASE("lock goes on after a token that does not log out, and says so at the end") {
    FaultyModule module;
    Alice alice({KeyType::p256});
    Alice bob({KeyType::rsa2048});
    AgentSetup setup = module.setup(alice.token());
    // Bob's token has Alice's label and PIN as well.
    setup.modules.push_back(AgentSetup::of(bob.token()).modules.front());
    const AgentProcess agent(setup);
    const TemporaryFolder folder;
    write_file(folder / "report.txt", "All is well.\n");
    for (const std::string key : {"alice-p256", "alice-rsa2048"})
        check_done(agent.signet({"sign", "-k", key, "-o", key, "report.txt"}, {.folder = folder.path()}));
    REQUIRE(occurrences(agent.signet({"list"}).out, "logged in") == 2);
    module.follow("C_Logout error CKR_FUNCTION_FAILED");
    const ProcessResult result = agent.signet({"lock"});
    check_refused(result, 6);
    CHECK_THAT(result.err, Catch::Contains("CKR_FUNCTION_FAILED"));
    // The one by its logout, the other with its process.
    CHECK(wait_until([&] { return occurrences(agent.signet({"list"}).out, "locked") == 2; }));
    CHECK(audit_records(agent, "lock", "done") == 1);
    CHECK(audit_records(agent, "lock", "done", R"("module":"softhsm")") == 1);
    CHECK(audit_records(agent, "lock", "TOKEN_FAILED") == 1);
    CHECK(audit_records(agent, "lock", "TOKEN_FAILED", R"("module":"faulty")") == 1);
}

TEST_CASE("A module that leaves the configuration takes the PINs of its tokens with it") {
    Alice alice({KeyType::p256});
    Alice bob({KeyType::rsa2048});
    AgentSetup alices = AgentSetup::of(alice.token(), "none");
    alices.tokens.front().pin_cache = "forever";
    AgentSetup both = alices;
    both.modules.push_back(AgentSetup::of(bob.token()).modules.front());
    both.modules.back().name = "other";
    AgentSetup bobs = both;
    bobs.modules.erase(bobs.modules.begin());
    AgentProcess agent(alices);
    const TemporaryFolder folder;
    write_file(folder / "report.txt", "All is well.\n");
    const Arguments sign{"sign", "-k", "alice-p256", "report.txt"};
    check_done(agent.signet({"unlock", "--pin-stdin"}, {.stdin_text = SoftHsmToken::default_pin_line}));
    check_done(agent.signet(sign, {.folder = folder.path()}));
    for (const AgentSetup* setup : {&both, &bobs, &both}) {
        agent.reconfigure(*setup);
        const std::size_t tokens = setup->modules.size();
        REQUIRE(wait_until([&] { return occurrences(agent.signet({"list"}).out, "token alice") == tokens; }));
    }
    check_refused(agent.signet(sign, {.folder = folder.path()}), 5);
}

TEST_CASE("a signature is made although somebody locks the token under each of its attempts") {
    BusyAlice busy({KeyType::p256}, 4, "30s");
    // As a token answers whose login was renewed meanwhile.
    busy.module.follow("C_SignInit delay 400ms times 8\nC_SignInit error CKR_KEY_HANDLE_INVALID times 8");
    const auto client = busy.signing("report.txt.p7s");
    while (client->running())
        check_done(busy.signet({"lock"}));
    CHECK(client->wait(std::chrono::seconds(60)) == 0);
    CHECK(client->err().empty());
}
