// How the agent starts, what it refuses to start with, and SIGHUP.
#include "tests/end_to_end/faulty_module.h"
#include "tests/end_to_end/session.h"
#include "tests/end_to_end/sign_load.h"

#include <dlfcn.h>
#include <gnu/libc-version.h>
#include <sys/stat.h>

#include <csignal>
#include <regex>
#include <stdexcept>

using namespace signet::tests;

namespace {

// A shared object that every machine has.
std::filesystem::path libc() {
    Dl_info info{};
    if (dladdr(reinterpret_cast<void*>(&gnu_get_libc_version), &info) == 0)
        throw std::runtime_error("the C library is not a shared object");
    return std::filesystem::canonical(info.dli_fname);
}

}  // namespace

TEST_CASE("a module path that is no PKCS#11 module stops the agent from starting") {
    const TemporaryFolder folder;
    write_file(folder / "text.so", "This is no shared object.\n");
    // The second is a shared object, but no PKCS#11 module.
    for (const std::filesystem::path& path : {folder / "text.so", libc()}) {
        CAPTURE(path.string());
        const AgentFolder agent_folder;
        const AgentSetup setup{.modules = {{.name = "wrong", .path = path}}};
        write_file(agent_folder.configuration(), agent_folder.configuration_of(setup));
        const ProcessResult result = run_agent(agent_folder);
        CAPTURE(result.err);
        CHECK(result.status == 6);
        CHECK(result.err.find("signet-agent: cannot load a module: module wrong") == 0);
        CHECK(result.err.find(path.string()) != std::string::npos);
        CHECK(count_lines(result.err) == 1);
        CHECK_FALSE(std::filesystem::exists(agent_folder.socket()));
    }
}

TEST_CASE("a module that turns out to be none at SIGHUP disturbs nobody") {
    Session session({KeyType::p256});
    session.write("report.txt", "All is well.\n");
    session.write("text.so", "This is no shared object.\n");
    check_done(session.signet({"list"}));
    const std::string good = session.read(session.agent().folder().configuration());
    write_file(session.agent().folder().configuration(), good + "\n[[module]]\nname = \"wrong\"\npath = " +
                                                             toml_string(session.path("text.so")) + "\n");
    session.agent().process().signal(SIGHUP);
    CHECK(wait_until([&] { return session.signet({"status"}).out.find("wrong") != std::string::npos; }));
    check_done(session.signet({"sign", "report.txt"}));
    CHECK(session.agent().terminate() == 0);
}

TEST_CASE("a module that comes with SIGHUP before the agent is ready, and is none, does not end it") {
    Alice alice({KeyType::p256});
    FaultyModule module;
    module.follow("C_Initialize delay 2000ms");
    const AgentFolder folder;
    const std::string good = folder.configuration_of(module.setup(alice.token()));
    write_file(folder.configuration(), good);
    write_file(folder.path() / "text.so", "This is no shared object.\n");
    AgentProcess agent(folder);
    write_file(folder.configuration(), good + "\n[[module]]\nname = \"wrong\"\npath = " +
                                           toml_string((folder.path() / "text.so").string()) + "\n");
    agent.process().signal(SIGHUP);
    check_done(agent.signet({"list"}));
    CHECK(agent.terminate() == 0);
}

TEST_CASE("SIGTERM does not wait for p11-kit, and leaves nothing of the question behind") {
    // The agent starts the signet-token beside it.
    const AgentFolder folder;
    const std::filesystem::path agent = folder.path() / "signet-agent";
    std::filesystem::copy_file(program("signet-agent"), agent);
    const auto starts = [&](const std::string& script) {
        write_file(folder.path() / "next", "#!/bin/sh\n" + script);
        std::filesystem::permissions(folder.path() / "next", std::filesystem::perms::owner_all);
        std::filesystem::rename(folder.path() / "next", folder.path() / "signet-token");
    };
    const std::string hangs =
        "folder=$(dirname \"$0\"); sleep 1000 & echo $! > \"$folder/new\"\n"
        "mv \"$folder/new\" \"$folder/asked\"; wait\n";
    write_file(folder.configuration(), "socket = " + toml_string(folder.socket()) + "\n");
    bool later = false;
    SECTION("at start") {
        starts(hangs);
    }
    SECTION("at SIGHUP") {
        later = true;
        starts("echo end\n");
    }
    BackgroundProcess process({agent, "--config", folder.configuration()},
                              {.environment = folder.environment()});
    if (later) {
        REQUIRE(wait_until([&] { return process.err().find("ready") != std::string::npos; }));
        starts(hangs);
        process.signal(SIGHUP);
    }
    REQUIRE(wait_until([&] { return std::filesystem::exists(folder.path() / "asked"); }));
    process.signal(SIGTERM);
    CHECK(process.wait(std::chrono::seconds(60)) == 0);
    // It was not given up after its time.
    CHECK(process.err().find("cannot") == std::string::npos);
    CHECK(process.err().find("hangs") == std::string::npos);
    CHECK(wait_until([&] { return !process_runs(std::stoi(read_file(folder.path() / "asked"))); }));
}

TEST_CASE("a live socket is left alone, a dead one is replaced, a file is not touched") {
    Alice alice({KeyType::p256});
    const AgentFolder folder;
    write_file(folder.configuration(), folder.configuration_of(AgentSetup::of(alice.token())));
    {
        AgentProcess agent(folder);
        AgentSetup another = AgentSetup::of(alice.token());
        const AgentFolder other_folder;
        another.audit_path = other_folder.audit();
        write_file(other_folder.configuration(), folder.configuration_of(another));
        const ProcessResult second = run_agent(other_folder);
        CHECK(second.status != 0);
        CHECK(second.err.find(folder.socket().string()) != std::string::npos);
        check_done(agent.signet({"list"}));
        agent.process().signal(SIGKILL);
        CHECK(agent.process().wait(std::chrono::seconds(20)) == 128 + SIGKILL);
    }
    REQUIRE(std::filesystem::is_socket(folder.socket()));
    {
        AgentProcess agent(folder);
        check_done(agent.signet({"list"}));
        CHECK(agent.terminate() == 0);
    }
    write_file(folder.socket(), "somebody's file");
    const ProcessResult refused = run_agent(folder);
    CHECK(refused.status != 0);
    CHECK(refused.err.find(folder.socket().string()) != std::string::npos);
    CHECK(read_file(folder.socket()) == "somebody's file");
}

TEST_CASE("the socket and the audit log are for their owner alone") {
    Session session({KeyType::p256});
    // Answers once it has opened its log; the socket is there a moment before.
    check_done(session.signet({"list"}));
    for (const std::filesystem::path& path : {session.agent().socket(), session.agent().audit()}) {
        struct stat info {};
        REQUIRE(stat(path.c_str(), &info) == 0);
        CHECK((info.st_mode & 0777U) == 0600U);
    }
}

TEST_CASE("an audit log that cannot be written stops the agent from starting") {
    Alice alice({KeyType::p256});
    const AgentFolder folder;
    AgentSetup setup = AgentSetup::of(alice.token());
    setup.audit_path = "/dev/full";
    write_file(folder.configuration(), folder.configuration_of(setup));
    const ProcessResult result = run_agent(folder);
    CHECK(result.status != 0);
    CHECK(result.err.find("/dev/full") != std::string::npos);
    CHECK_FALSE(std::filesystem::exists(folder.socket()));
}

TEST_CASE("a module that is changed, renamed or removed at SIGHUP costs no signature") {
    Session session({KeyType::p256});
    AgentProcess& agent = session.agent();
    const std::string label = session.label(KeyType::p256);
    const std::string good = session.read(agent.folder().configuration());
    const auto module_begin = good.find("[[module]]");
    const auto reload = [&](const std::string& text) {
        const auto read = [&] { return occurrences(agent.log(), "the configuration was read again"); };
        const auto before = read();
        write_file(agent.folder().configuration(), text);
        agent.process().signal(SIGHUP);
        REQUIRE(wait_until([&] { return read() > before; }));
    };
    SignLoad load(agent, {label, label, label, label});
    const auto signs_on = [&] {
        const std::size_t before = load.done();
        return wait_until([&] { return load.done() >= before + 8 || !load.failures().empty(); });
    };
    REQUIRE(signs_on());
    std::string changed = good;
    for (int sessions = 1; sessions <= 3; ++sessions) {
        changed = good;
        changed.insert(module_begin + 11, "sessions = " + std::to_string(sessions) + "\n");
        reload(changed);
        CHECK(signs_on());
    }
    const auto name = changed.find("name = ");
    changed.insert(name + 8, "new-");
    reload(changed);
    CHECK(signs_on());
    load.stop();
    CHECK_THAT(load.failures(), Catch::Equals(std::vector<std::string>{}));
    CHECK_THAT(load.bad_signatures(session.root()), Catch::Equals(std::vector<std::string>{}));
    CHECK(agent.hosts().size() == 1);
    CHECK(agent.terminate() == 0);
}

TEST_CASE("a module that is removed at SIGHUP finishes what it has") {
    Alice alice({KeyType::p256});
    Alice bob({KeyType::rsa2048});
    FaultyModule module;
    AgentSetup setup = module.setup(alice.token());
    AgentSetup without = setup;
    setup.modules.push_back(AgentSetup::of(bob.token()).modules.front());
    without.modules = {setup.modules.back()};
    AgentProcess agent(setup);
    const TemporaryFolder folder;
    write_file(folder / "report.txt", "All is well.\n");
    const auto sign = [&] {
        return agent.signet({"sign", "-k", "alice-p256", "-o", "sig", "report.txt"},
                            {.folder = folder.path()});
    };
    check_done(sign());
    module.follow("C_Sign delay 2000ms");
    BackgroundProcess client({program("signet"), "sign", "-k", "alice-p256", "-o", "slow", "report.txt"},
                             {.environment = agent.folder().environment(), .folder = folder.path()});
    REQUIRE(wait_until([&] {
        return agent.signet({"status", "--json"}).out.find("\"outstanding\":1") != std::string::npos;
    }));
    agent.reconfigure(without);
    CHECK(client.wait(std::chrono::seconds(60)) == 0);
    CHECK(wait_until([&] { return agent.hosts().size() == 1; }));
    check_refused(sign(), 4);
    CHECK(agent.terminate() == 0);
}

TEST_CASE("SIGHUP with a bad configuration keeps the running one, and a good one is taken") {
    Session session({KeyType::p256});
    AgentProcess& agent = session.agent();
    session.write("report.txt", "All is well.\n");
    const std::string good = read_file(agent.folder().configuration());
    check_done(session.signet({"sign", "report.txt"}));

    write_file(agent.folder().configuration(), good + "\n[frobnicate]\n");
    agent.process().signal(SIGHUP);
    CHECK(wait_until([&] { return agent.log().find("frobnicate") != std::string::npos; }));
    check_done(session.signet({"sign", "-o", "second", "report.txt"}));

    // Bob's token comes with another module.
    Alice bob({KeyType::rsa2048});
    const ModuleSetup module = AgentSetup::of(bob.token()).modules.front();
    const std::string environment = "SOFTHSM2_CONF = " + toml_string(module.environment.at("SOFTHSM2_CONF"));
    write_file(agent.folder().configuration(),
               good + "\n[[module]]\nname = \"bob\"\npath = " + toml_string(module.path) +
                   "\nenvironment = { " + environment + " }\n");
    agent.process().signal(SIGHUP);
    CHECK(wait_until(
        [&] { return session.signet({"list"}).out.find("alice.rsa2048@example.org") != std::string::npos; }));
    check_done(session.signet({"sign", "-k", "alice-p256", "-o", "third", "report.txt"}));
    check_done(session.signet({"sign", "-k", "alice-rsa2048", "-o", "fourth", "report.txt"}));
    CHECK(agent.terminate() == 0);
}

TEST_CASE("without a configured module the agent starts p11-kit's, once each") {
    const AgentFolder folder;
    write_file(folder.configuration(), "socket = " + toml_string(folder.socket()) + "\n");
    for (int start = 0; start < 3; ++start) {
        CAPTURE(start);
        AgentProcess agent(folder);
        const auto status = agent.signet({"status", "--json"}).out;
        // OpenSC's does not start where there is no pcscd.
        CHECK_THAT(status, Catch::Contains("\"state\":\"ready\",\"restarts\":0"));
        CHECK_FALSE(std::regex_search(status, std::regex("\"state\":\"ready\",\"restarts\":[1-9]")));
        CHECK(agent.log().find("closed its channel") == std::string::npos);
        CHECK(agent.terminate() == 0);
    }
}

TEST_CASE(
    "the log has what a token calls itself on one line, and nothing of a token that is not initialised") {
    Alice alice({KeyType::p256});
    const SoftHsmToken liar("liar\nwarning: all is well");
    AgentSetup setup = AgentSetup::of(alice.token());
    setup.modules.push_back(AgentSetup::of(liar).modules.front());
    setup.modules.back().name = "other";
    setup.tokens.push_back(AgentSetup::of(liar).tokens.front());
    setup.tokens.back().uri = "pkcs11:token=liar%0Awarning:%20all%20is%20well";
    const AgentProcess agent(setup);
    const TemporaryFolder folder;
    write_file(folder / "report.txt", "All is well.\n");
    check_done(agent.signet({"sign", "-k", "alice-p256", "report.txt"}, {.folder = folder.path()}));
    static_cast<void>(agent.signet({"unlock", setup.tokens.back().uri}));
    for (int i = 0; i < 3; ++i)
        check_done(agent.signet({"list"}));
    const auto log = agent.log();
    CHECK(log.find("liar") != std::string::npos);
    CHECK(log.find("\nwarning") == std::string::npos);
    // SoftHSM always has a slot whose token is not initialised: it is no trouble.
    CHECK(log.find("left out the token in slot") == std::string::npos);
}
