// Dialogues with a person: what is typed, declined, and no longer waited for.
#include "tests/end_to_end/faulty_module.h"
#include "tests/end_to_end/raw_client.h"
#include "tests/end_to_end/scripted_pinentry.h"
#include "tests/end_to_end/session.h"

#include <csignal>
#include <memory>

using namespace signet::tests;

namespace {

// A person who never answers, and a child that would outlive the dialogue.
const std::string silence = "sleep 1000 & echo $! >> \"$folder/processes\"; wait";

struct Dialogue {
    explicit Dialogue(const std::string& on_getpin)
        : pinentry(on_getpin), agent(pinentry.used_in(AgentSetup::of(alice.token()))) {
        write_file(folder / "report.txt", "All is well.\n");
    }
    ProcessResult signet(const Arguments& arguments) {
        return agent.signet(arguments, {.folder = folder.path()});
    }
    ProcessResult sign() { return signet({"sign", "report.txt"}); }
    [[nodiscard]] std::unique_ptr<BackgroundProcess> begin_to_sign(const std::string& out) const {
        return std::make_unique<BackgroundProcess>(
            Arguments{program("signet"), "sign", "-o", out, "report.txt"},
            RunOptions{.environment = agent.folder().environment(), .folder = folder.path()});
    }
    // Connections, that of the question included.
    [[nodiscard]] bool has_clients(int count) {
        return signet({"status", "--json"}).out.find("\"clients\":" + std::to_string(count)) !=
               std::string::npos;
    }

    Alice alice{{KeyType::p256}};
    TemporaryFolder folder;
    ScriptedPinentry pinentry;
    AgentProcess agent;
};

}  // namespace

TEST_CASE("a person who declines is asked no more, and the command says so") {
    Dialogue dialogue("echo 'ERR 83886179 Operation cancelled <Pinentry>'");
    const ProcessResult result = dialogue.sign();
    check_refused(result, 5);
    CHECK(result.err.find("cancelled") != std::string::npos);
    CHECK_FALSE(std::filesystem::exists(dialogue.folder / "report.txt.p7s"));
    CHECK(dialogue.pinentry.asked() == 1);
}

TEST_CASE("a wrong PIN is tried once, however often it is typed, and the person is told") {
    Dialogue dialogue("if [ $asked -lt 3 ]; then give 999999; else give " + right_pin + "; fi");
    check_done(dialogue.sign());
    CHECK(dialogue.pinentry.asked() == 3);
    const std::string commands = dialogue.pinentry.commands();
    CHECK(occurrences(commands, "SETERROR") == 2);
    CHECK(commands.find("SETERROR The token refused the PIN.") != std::string::npos);
    CHECK(commands.find("SETERROR The token has refused this PIN before") != std::string::npos);
    CHECK(occurrences(dialogue.agent.log(), "refused a PIN") == 1);
    CHECK(dialogue.agent.log().find("999999") == std::string::npos);
}

TEST_CASE("a person is asked three times for a PIN, not without end") {
    Dialogue dialogue("give 77777$asked");
    check_refused(dialogue.sign(), 5);
    CHECK(dialogue.pinentry.asked() == 3);
}

TEST_CASE("SIGTERM closes the dialogue, and who waits for it is told") {
    Dialogue dialogue(silence);
    const auto client = dialogue.begin_to_sign("sig");
    REQUIRE(wait_until([&] { return dialogue.pinentry.asked() == 1 && dialogue.pinentry.living() == 2; }));
    CHECK(dialogue.agent.terminate() == 0);
    CHECK(dialogue.pinentry.living() == 0);
    CHECK(client->wait(std::chrono::seconds(20)) == 9);
    CHECK(client->err().find("the agent is stopping") != std::string::npos);
    CHECK(count_lines(client->err()) == 1);
    CHECK(dialogue.agent.log().find("hangs") == std::string::npos);
    CHECK_FALSE(std::filesystem::exists(dialogue.folder / "sig"));
}

TEST_CASE("when the client that caused it has gone, the dialogue is closed, and the next one is a new one") {
    Dialogue dialogue("if [ $asked = 1 ]; then " + silence + "; else give " + right_pin + "; fi");
    const auto client = dialogue.begin_to_sign("sig");
    REQUIRE(wait_until([&] { return dialogue.pinentry.asked() == 1 && dialogue.pinentry.living() == 2; }));
    client->signal(SIGKILL);
    CHECK(wait_until([&] { return dialogue.pinentry.living() == 0; }));
    check_done(dialogue.sign());
    CHECK(dialogue.pinentry.asked() == 2);
}

TEST_CASE("a dialogue stays as long as somebody waits for it") {
    Dialogue dialogue("until [ -e \"$folder/typed\" ]; do sleep 0.01; done; give " + right_pin);
    const auto first = dialogue.begin_to_sign("first");
    REQUIRE(wait_until([&] { return dialogue.pinentry.asked() == 1; }));
    RawClient second(dialogue.agent.socket());
    second.send(frame(hello()) + frame(sign_request()));
    // Which is read with what follows it.
    REQUIRE(second.receive());
    first->signal(SIGKILL);
    REQUIRE(first->wait(std::chrono::seconds(20)));
    // The agent sees what came first, first.
    check_done(dialogue.signet({"status"}));
    write_file(dialogue.pinentry / "typed", "");
    signet::agent::protocol::Reply signature;
    REQUIRE(signature.ParseFromString(second.receive().value()));
    CHECK(signature.status() == signet::agent::protocol::DONE);
    CHECK(dialogue.pinentry.asked() == 1);
    CHECK_FALSE(std::filesystem::exists(dialogue.folder / "first"));
}

TEST_CASE("the PIN that a client brought goes to no token when it has gone") {
    Dialogue dialogue("until [ -e \"$folder/typed\" ]; do sleep 0.01; done; give " + right_pin);
    const auto first = dialogue.begin_to_sign("first");
    REQUIRE(wait_until([&] { return dialogue.pinentry.asked() == 1; }));
    signet::agent::protocol::Request unlock;
    unlock.mutable_unlock()->set_pin("999999");
    auto second = std::make_unique<RawClient>(dialogue.agent.socket());
    second->send(frame(hello()) + frame(unlock));
    // Which is read with what follows it.
    REQUIRE(second->receive());
    second.reset();
    // The agent sees what came first, first.
    check_done(dialogue.signet({"status"}));
    write_file(dialogue.pinentry / "typed", "");
    CHECK(first->wait(std::chrono::seconds(60)) == 0);
    CHECK(wait_until([&] { return audit_records(dialogue.agent, "unlock", "STOPPING") == 1; }));
    CHECK(occurrences(dialogue.agent.log(), "refused a PIN") == 0);
    CHECK_THAT(dialogue.signet({"list"}).out, Catch::Contains("logged in"));
}

TEST_CASE("a PIN is not kept on the word of a module that says it is logged in already") {
    FaultyModule module;
    Alice alice({KeyType::p256});
    const ScriptedPinentry pinentry("if [ $asked = 1 ]; then give 999999; else give " + right_pin + "; fi");
    AgentProcess agent(pinentry.used_in(module.setup(alice.token())));
    const TemporaryFolder folder;
    write_file(folder / "report.txt", "All is well.\n");
    check_done(agent.signet({"list"}));
    module.follow("C_Login error CKR_USER_ALREADY_LOGGED_IN times 1");
    check_refused(agent.signet({"sign", "report.txt"}, {.folder = folder.path()}), 6);
    check_done(agent.signet({"sign", "report.txt"}, {.folder = folder.path()}));
    CHECK(pinentry.asked() == 2);
    // It would be one that was sent by itself.
    CHECK(occurrences(agent.log(), "refused a PIN") == 0);
}

TEST_CASE("a person is not asked again and again for a login that the token does not show") {
    FaultyModule module;
    Alice alice({KeyType::p256});
    const ScriptedPinentry pinentry("give " + right_pin);
    AgentSetup setup = pinentry.used_in(module.setup(alice.token()));
    setup.tokens.front().pin_cache = "0";
    AgentProcess agent(setup);
    const TemporaryFolder folder;
    write_file(folder / "report.txt", "All is well.\n");
    check_done(agent.signet({"list"}));
    module.follow("C_FindObjectsInit error CKR_FUNCTION_FAILED");
    check_refused(agent.signet({"sign", "report.txt"}, {.folder = folder.path()}), 6);
    CHECK(pinentry.asked() == 3);
}
