// PINs: wrong ones are tried once, right ones come from a file or from standard input.
#include "tests/end_to_end/faulty_module.h"
#include "tests/end_to_end/scripted_pinentry.h"
#include "tests/end_to_end/session.h"
#include "tests/end_to_end/sign_load.h"

#include <csignal>

using namespace signet::tests;

namespace {

struct Locked {
    // `pin` as in agent.toml; empty for the right PIN from a file.
    explicit Locked(const std::string& pin, const std::string& wrong_pin = "999999")
        : agent((write_file(folder / "wrong-pin", wrong_pin),
                 AgentSetup::of(alice.token(),
                                pin == "wrong" ? "file:" + (folder / "wrong-pin").string() : pin))) {
        write_file(folder / "report.txt", "All is well.\n");
    }
    ProcessResult signet(const Arguments& arguments, std::optional<std::string> stdin_text = {}) {
        return agent.signet(arguments, {.stdin_text = std::move(stdin_text), .folder = folder.path()});
    }
    void change_token_pin(const std::string& new_pin) {
        run_or_throw(
            {"pkcs11-tool", "--module", SoftHsmToken::module_path(), "--token-label", alice.token().label(),
             "--login", "--pin", alice.token().pin(), "--change-pin", "--new-pin", new_pin},
            {.environment = alice.token().environment()});
    }

    Alice alice{{KeyType::p256}};
    TemporaryFolder folder;
    AgentProcess agent;
};

// Files that were signed by one command, with a PIN that a person gives and nothing keeps.
struct ManyFiles {
    explicit ManyFiles(int count) : agent(setup()) {
        Arguments arguments{"sign"};
        for (int i = 0; i < count; ++i) {
            arguments.push_back("file" + std::to_string(i));
            write_file(folder / arguments.back(), std::to_string(i));
        }
        check_done(agent.signet(arguments, {.folder = folder.path()}));
    }
    AgentSetup setup() {
        AgentSetup setup = pinentry.used_in(AgentSetup::of(alice.token()));
        setup.tokens.front().pin_cache = "0";
        return setup;
    }
    void check_signatures(const std::vector<std::string>& names) {
        for (const std::string& name : names)
            check_done(run(
                {"openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", name + ".p7s", "-content",
                 name, "-CAfile", alice.ca().root(), "-purpose", "smimesign", "-out", "/dev/null"},
                {.folder = folder.path()}));
    }

    Alice alice{{KeyType::p256}};
    ScriptedPinentry pinentry{"give " + std::string(SoftHsmToken::default_pin)};
    TemporaryFolder folder;
    AgentProcess agent;
};

}  // namespace

TEST_CASE("a wrong PIN is tried once and never again, not even when it has become right") {
    Locked locked("wrong");
    check_refused(locked.signet({"sign", "report.txt"}), 5);
    check_refused(locked.signet({"sign", "report.txt"}), 5);
    CHECK_FALSE(std::filesystem::exists(locked.folder / "report.txt.p7s"));
    // If the agent asked the token now, it would be let in.
    locked.change_token_pin("999999");
    check_refused(locked.signet({"sign", "report.txt"}), 5);
    CHECK_FALSE(std::filesystem::exists(locked.folder / "report.txt.p7s"));
    CHECK(locked.agent.log().find("999999") == std::string::npos);
    CHECK(read_file(locked.agent.audit()).find("999999") == std::string::npos);
}

TEST_CASE("the right PIN from standard input opens a token whose file has a wrong one") {
    Locked locked("wrong");
    check_refused(locked.signet({"sign", "report.txt"}), 5);
    check_refused(locked.signet({"unlock", "--pin-stdin"}, "888888\n"), 5);
    check_done(locked.signet({"unlock", "--pin-stdin"}, SoftHsmToken::default_pin_line));
    check_done(locked.signet({"sign", "report.txt"}));
    CHECK(locked.agent.log().find(SoftHsmToken::default_pin) == std::string::npos);
    CHECK(read_file(locked.agent.audit()).find(SoftHsmToken::default_pin) == std::string::npos);
}

TEST_CASE("without a PIN source only unlock opens the token, and lock closes it") {
    Locked locked("none");
    check_refused(locked.signet({"sign", "report.txt"}), 5);
    check_done(locked.signet({"unlock", "alice", "--pin-stdin"}, SoftHsmToken::default_pin_line));
    check_done(locked.signet({"sign", "report.txt"}));
    check_done(locked.signet({"lock", "alice"}));
    check_refused(locked.signet({"sign", "-o", "again", "report.txt"}), 5);
    CHECK_FALSE(std::filesystem::exists(locked.folder / "again"));
}

TEST_CASE("a token that is behind two modules is unlocked like one that is behind one") {
    Alice alice({KeyType::p256});
    AgentSetup setup = AgentSetup::of(alice.token(), "none");
    setup.modules.push_back(setup.modules.front());
    setup.modules.back().name = "other";
    const AgentProcess agent(setup);
    const TemporaryFolder folder;
    write_file(folder / "report.txt", "All is well.\n");
    const auto signet = [&](const Arguments& command, std::optional<std::string> pin = {}) {
        return agent.signet(command, {.stdin_text = std::move(pin), .folder = folder.path()});
    };
    for (const std::string name : {"", "alice", "pkcs11:token=alice"}) {
        CAPTURE(name);
        Arguments unlock{"unlock", "--pin-stdin"};
        if (!name.empty())
            unlock.push_back(name);
        check_refused(signet({"sign", "-o", "none", "report.txt"}), 5);
        check_refused(signet(unlock, "777777\n"), 5);
        check_done(signet(unlock, SoftHsmToken::default_pin_line));
        check_done(signet({"sign", "-o", "sig" + name.substr(0, 5), "report.txt"}));
        check_done(signet({"lock"}));
    }
}

TEST_CASE("unlock of a name that two tokens have names each of them once") {
    Alice alice({KeyType::p256});
    Alice bob({KeyType::rsa2048});
    AgentSetup setup = AgentSetup::of(alice.token(), "none");
    // Bob's token has Alice's label and PIN as well.
    for (Alice* person : {&alice, &bob}) {
        setup.modules.push_back(AgentSetup::of(person->token()).modules.front());
        setup.modules.back().name = "module" + std::to_string(setup.modules.size());
    }
    const AgentProcess agent(setup);
    const ProcessResult result =
        agent.signet({"unlock", "alice", "--pin-stdin"}, {.stdin_text = SoftHsmToken::default_pin_line});
    check_refused(result, 4);
    const auto first = result.err.find("serial=");
    REQUIRE(first != std::string::npos);
    const auto second = result.err.find("serial=", first + 1);
    REQUIRE(second != std::string::npos);
    CHECK(result.err.find("serial=", second + 1) == std::string::npos);
}

TEST_CASE("a PIN that a client gave is checked by the token even when it is open already") {
    Locked locked("");
    check_done(locked.signet({"sign", "report.txt"}));
    check_refused(locked.signet({"unlock", "--pin-stdin"}, "777777\n"), 5);
    check_done(locked.signet({"sign", "-o", "again", "report.txt"}));
}

TEST_CASE("a PIN that cannot be one is refused") {
    Locked locked("none");
    for (const std::string& input : {std::string(), std::string("\n"), std::string(300, '1') + "\n"}) {
        CAPTURE(input);
        const ProcessResult result = locked.signet({"unlock", "--pin-stdin"}, input);
        CHECK((result.status == 2 || result.status == 5 || result.status == 8));
        check_refused(result, result.status);
    }
}

TEST_CASE("a PIN file that is missing or open to others is no source") {
    Alice alice({KeyType::p256});
    const TemporaryFolder folder;
    write_file(folder / "report.txt", "All is well.\n");
    write_file(folder / "open-pin", SoftHsmToken::default_pin);
    std::filesystem::permissions(folder / "open-pin", std::filesystem::perms::others_read,
                                 std::filesystem::perm_options::add);
    for (const std::string name : {"open-pin", "no-such-pin"}) {
        CAPTURE(name);
        AgentProcess agent(AgentSetup::of(alice.token(), "file:" + (folder / name).string()));
        check_refused(agent.signet({"sign", "report.txt"}, {.folder = folder.path()}), 5);
    }
}

TEST_CASE("the token is opened again after signet-token was killed, without a question") {
    Locked locked("none");
    check_done(locked.signet({"unlock", "--pin-stdin"}, SoftHsmToken::default_pin_line));
    const std::vector<pid_t> hosts = locked.agent.hosts();
    REQUIRE(hosts.size() == 1);
    REQUIRE(kill(hosts.front(), SIGKILL) == 0);
    check_done(locked.signet({"sign", "report.txt"}));
}

TEST_CASE("a batch of many files is one PIN prompt, also where no PIN is kept") {
    ManyFiles many(256);
    CHECK(many.pinentry.asked() == 1);
    many.check_signatures({"file0", "file100", "file255"});
    check_done(many.agent.signet({"sign", "-o", "again", "file0"}, {.folder = many.folder.path()}));
    CHECK(many.pinentry.asked() == 2);
}

TEST_CASE("a command of several requests has no more prompts than requests where no PIN is kept") {
    ManyFiles many(300);
    // One, unless the PIN is there before the agent has seen the second request.
    CHECK(many.pinentry.asked() >= 1);
    CHECK(many.pinentry.asked() <= 2);
    many.check_signatures({"file0", "file255", "file256", "file299"});
}

TEST_CASE("requests that were sent ahead while the PIN was asked for have one prompt, whatever else ends") {
    FaultyModule module;
    Alice alice({KeyType::p256});
    const ScriptedPinentry pinentry("until [ -e \"$folder/typed\" ]; do sleep 0.01; done; give 123456");
    AgentSetup setup = pinentry.used_in(module.setup(alice.token()));
    setup.tokens.front().pin_cache = "0";
    const AgentProcess agent(setup);
    // The second request is the longer one.
    const TemporaryFolder folder;
    Arguments arguments{program("signet"), "sign", "-k", "alice-p256"};
    for (int i = 0; i < 500; ++i) {
        arguments.push_back("file" + std::to_string(i));
        write_file(folder / arguments.back(), std::to_string(i));
    }
    const RunOptions options{.environment = agent.folder().environment(), .folder = folder.path()};
    module.follow("C_Sign delay 30ms");
    BackgroundProcess sign(arguments, options);
    REQUIRE(wait_until([&] { return pinentry.asked() == 1; }));
    // Its requests are sent ahead of the answers, and the agent sees what came first, first.
    check_done(agent.signet({"list"}));
    write_file(pinentry / "typed", "");
    int others = 0;
    for (; sign.running(); ++others)
        check_refused(agent.signet({"sign", "-k", "nobody", "file0"}, options), 4);
    CHECK(others > 1);
    CHECK(sign.wait(std::chrono::seconds(60)) == 0);
    CHECK(pinentry.asked() == 1);
    // It was for these requests alone.
    CHECK(wait_until([&] { return agent.signet({"list"}).out.find("locked") != std::string::npos; }));
    module.follow("");
    check_done(agent.signet({"sign", "-k", "alice-p256", "-o", "again", "file0"}, options));
    CHECK(pinentry.asked() == 2);
}

TEST_CASE("a client that keeps the token busy does not keep its login") {
    FaultyModule module;
    Alice alice({KeyType::p256});
    AgentSetup setup = module.setup(alice.token());
    setup.tokens.front().pin = "none";
    setup.tokens.front().pin_cache = "1s";
    const AgentProcess agent(setup);
    // With four at a time, something is always under way.
    module.follow("C_Sign delay 300ms");
    check_done(agent.signet({"unlock", "--pin-stdin"}, {.stdin_text = "123456\n"}));
    SignLoad load(agent, {"alice-p256", "alice-p256", "alice-p256", "alice-p256"});
    CHECK(wait_until([&] { return !load.failures().empty(); }));
    load.stop();
    CHECK(load.done() > 0);
    for (const std::string& failure : load.failures()) {
        CAPTURE(failure);
        CHECK(failure.find("unlock") != std::string::npos);
    }
}

TEST_CASE("a shorter pin-cache holds for PINs that are kept already") {
    Alice alice({KeyType::p256});
    AgentSetup setup = AgentSetup::of(alice.token(), "none");
    setup.tokens.front().pin_cache = "forever";
    SECTION("of a token by its label") {}
    SECTION("of a token by its model") {
        setup.tokens.front().uri = "pkcs11:model=SoftHSM%20v2";
    }
    SECTION("of any token") {
        setup.tokens.front().uri = "pkcs11:";
    }
    AgentProcess agent(setup);
    check_done(agent.signet({"unlock", "--pin-stdin"}, {.stdin_text = "123456\n"}));
    const auto logged_in = [&] { return agent.signet({"list"}).out.find("logged in") != std::string::npos; };
    REQUIRE(logged_in());
    setup.tokens.front().pin_cache = "1s";
    agent.reconfigure(setup);
    CHECK(wait_until([&] { return !logged_in(); }));
}

TEST_CASE("a login to a token with a PIN pad has its time, too") {
    FaultyModule module;
    Alice alice({KeyType::p256});
    AgentSetup setup = module.setup(alice.token());
    setup.tokens.front().pin_cache = "1s";
    const AgentProcess agent(setup);
    // SoftHSM has none, so the pad comes after the login.
    check_done(agent.signet({"unlock"}));
    module.follow("C_GetTokenInfo flags 0x100");
    check_done(agent.signet({"list"}));
    CHECK(wait_until([&] { return agent.signet({"list"}).out.find("locked") != std::string::npos; },
                     std::chrono::seconds(20)));
}

TEST_CASE("a time that counts from the last use does not end while a key is used") {
    FaultyModule module;
    Alice alice({KeyType::p256});
    AgentSetup setup = module.setup(alice.token());
    setup.tokens.front().pin = "none";
    setup.tokens.front().pin_cache = "3s";
    setup.tokens.front().pin_cache_from = "use";
    const AgentProcess agent(setup);
    // So that it takes longer than that.
    module.follow("C_Sign delay 300ms");
    check_done(agent.signet({"unlock", "--pin-stdin"}, {.stdin_text = SoftHsmToken::default_pin_line}));
    SignLoad load(agent, {"alice-p256", "alice-p256", "alice-p256", "alice-p256"});
    CHECK(wait_until([&] { return load.done() >= 60 || !load.failures().empty(); }));
    load.stop();
    CHECK(load.failures().empty());
    CHECK(wait_until([&] { return agent.signet({"list"}).out.find("locked") != std::string::npos; }));
}
