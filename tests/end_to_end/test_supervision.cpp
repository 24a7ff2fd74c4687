// signet-token is killed again and again, and nobody notices.
#include "tests/end_to_end/faulty_module.h"
#include "tests/end_to_end/session.h"
#include "tests/end_to_end/sign_load.h"

#include <chrono>
#include <csignal>
#include <thread>

using namespace signet::tests;

TEST_CASE("signet-token is killed ten times under load of eight clients, and no signature fails or is lost") {
    Session session;
    AgentProcess& agent = session.agent();
    const std::string& rsa = session.label(KeyType::rsa2048);
    const std::string& p256 = session.label(KeyType::p256);
    SignLoad load(agent, {rsa, rsa, rsa, rsa, p256, p256, p256, p256});
    pid_t last = 0;
    for (int kills = 0; kills < 10; ++kills) {
        CAPTURE(kills);
        const std::size_t before = load.done();
        // Signatures go on, which shows that a new process works, and only then is it killed.
        REQUIRE(wait_until([&] { return load.done() >= before + 8 || !load.failures().empty(); }));
        std::vector<pid_t> hosts;
        REQUIRE(wait_until([&] {
            hosts = agent.hosts();
            return hosts.size() == 1 && hosts.front() != last;
        }));
        last = hosts.front();
        REQUIRE(kill(last, SIGKILL) == 0);
    }
    const std::size_t before = load.done();
    CHECK(wait_until([&] { return load.done() >= before + 16 || !load.failures().empty(); }));
    load.stop();
    CHECK_THAT(load.failures(), Catch::Equals(std::vector<std::string>{}));
    CHECK_THAT(load.bad_signatures(session.root()), Catch::Equals(std::vector<std::string>{}));
    CHECK(session.audit_records("sign", "begun") == load.done());
    CHECK(agent.terminate() == 0);
}

TEST_CASE("signet-token is killed while nothing goes on, and the next signature is made by another") {
    Session session({KeyType::p256});
    session.write("report.txt", "All is well.\n");
    check_done(session.signet({"sign", "report.txt"}));
    const std::vector<pid_t> hosts = session.agent().hosts();
    REQUIRE(hosts.size() == 1);
    REQUIRE(kill(hosts.front(), SIGKILL) == 0);
    check_done(session.signet({"sign", "-o", "again.p7s", "report.txt"}));
    check_done(session.openssl_verify("again.p7s", "report.txt"));
}

TEST_CASE("when the agent is killed, its signet-token goes with it") {
    Session session({KeyType::p256});
    check_done(session.signet({"list"}));
    const std::vector<pid_t> hosts = session.agent().hosts();
    REQUIRE(hosts.size() == 1);
    // The agent alone: BackgroundProcess would kill the whole process group once it has waited.
    session.agent().process().signal(SIGKILL);
    CHECK(wait_until([&] { return !process_runs(hosts.front()); }, std::chrono::seconds(20)));
}

TEST_CASE("SIGTERM ends agent and signet-token with exit status 0") {
    Session session({KeyType::p256});
    check_done(session.signet({"list"}));
    const std::vector<pid_t> hosts = session.agent().hosts();
    REQUIRE(hosts.size() == 1);
    CHECK(session.agent().terminate() == 0);
    CHECK_FALSE(process_runs(hosts.front()));
    CHECK_FALSE(std::filesystem::exists(session.agent().socket()));
    check_refused(session.signet({"list"}), 3);
}

TEST_CASE("a module whose new path at SIGHUP is no PKCS#11 module stays as it was") {
    Alice alice({KeyType::p256});
    AgentSetup setup = AgentSetup::of(alice.token());
    AgentProcess agent(setup);
    const TemporaryFolder folder;
    write_file(folder / "report.txt", "All is well.\n");
    // Which is answered when the module is ready.
    check_done(agent.signet({"list"}));
    setup.modules.front().path = agent.folder().configuration();
    agent.reconfigure(setup);
    REQUIRE(wait_until([&] { return agent.log().find("it stays as it was") != std::string::npos; }));
    check_done(agent.signet({"sign", "report.txt"}, {.folder = folder.path()}));
}

TEST_CASE("modules that come and go at once leave the agent alive") {
    FaultyModule faulty;
    Alice alice({KeyType::p256});
    Alice bob({KeyType::rsa2048});
    AgentSetup one = AgentSetup::of(alice.token());
    AgentSetup two = one;
    two.modules.push_back(faulty.setup(bob.token()).modules.front());
    // Much to read, so that answers come in while the loop does not receive.
    for (AgentSetup* setup : {&one, &two})
        setup->more_configuration = "\n" + std::string(500'000, '#') + "\n";
    AgentProcess agent(one);
    const TemporaryFolder folder;
    write_file(folder / "report.txt", "All is well.\n");
    for (int round = 0; round < 25; ++round) {
        for (const AgentSetup* setup : {&two, &one}) {
            agent.reconfigure(*setup);
            std::this_thread::sleep_for(std::chrono::milliseconds(2 * round));
        }
    }
    check_done(agent.signet({"sign", "-k", "alice-p256", "report.txt"}, {.folder = folder.path()}));
    CHECK(agent.process().running());
}

TEST_CASE("a token that was made while the agent runs is found, though its module looks only as it starts") {
    Alice alice({KeyType::p256});
    // SoftHSM, where there is no token yet.
    AgentSetup setup = AgentSetup::of(alice.token());
    const TemporaryFolder elsewhere;
    const std::filesystem::path later = elsewhere / "tokens";
    const std::filesystem::path configuration = elsewhere / "softhsm2.conf";
    std::filesystem::create_directory(later);
    write_file(configuration, "directories.tokendir = " + later.string() + "\nobjectstore.backend = file\n");
    setup.modules.front().environment["SOFTHSM2_CONF"] = configuration;
    AgentProcess agent(setup);
    CHECK(agent.signet({"list"}).out.find("token alice") == std::string::npos);
    const auto before = agent.hosts();
    Environment environment = minimal_environment();
    environment["SOFTHSM2_CONF"] = configuration;
    run_or_throw({"softhsm2-util", "--init-token", "--free", "--label", "late", "--pin", "123456", "--so-pin",
                  "12345678"},
                 {.environment = environment});
    CHECK(wait_until([&] { return agent.signet({"list"}).out.find("token late") != std::string::npos; }));
    CHECK(agent.hosts() != before);
}

TEST_CASE("who asks for a key of a module that is only starting waits for it") {
    FaultyModule slow;
    slow.follow("C_Initialize delay 2000ms");
    Alice alice({KeyType::p256});
    Alice bob({KeyType::rsa2048});
    AgentSetup setup = AgentSetup::of(alice.token());
    AgentProcess agent(setup);
    const TemporaryFolder folder;
    write_file(folder / "report.txt", "All is well.\n");
    // Bob's token has Alice's label and PIN as well.
    setup.modules.push_back(slow.setup(bob.token()).modules.front());
    agent.reconfigure(setup);
    REQUIRE(wait_until([&] { return agent.hosts().size() == 2; }));
    check_done(agent.signet({"sign", "-k", "alice-rsa2048", "report.txt"}, {.folder = folder.path()}));
}

TEST_CASE("who asks for a key of a module that SIGHUP has mended waits for it") {
    FaultyModule broken;
    broken.follow("C_Initialize crash");
    FaultyModule mended;
    mended.follow("C_Initialize delay 1500ms");
    Alice alice({KeyType::p256});
    // Which does not wait for it any more.
    AgentProcess agent(broken.setup(alice.token()));
    const TemporaryFolder folder;
    write_file(folder / "report.txt", "All is well.\n");
    check_refused(agent.signet({"sign", "report.txt"}, {.folder = folder.path()}), 6);
    agent.reconfigure(mended.setup(alice.token()));
    REQUIRE(wait_until([&] { return agent.log().find("was read again") != std::string::npos; }));
    check_done(agent.signet({"sign", "report.txt"}, {.folder = folder.path()}));
}

TEST_CASE("the agent is ready without a module that fails, tries it again, and says why once") {
    FaultyModule broken;
    broken.follow("C_Initialize error CKR_GENERAL_ERROR");
    Alice alice({KeyType::p256});
    AgentSetup setup = broken.setup(alice.token());
    const AgentProcess agent(setup);
    // If it waited for the module it would have tried seven times.
    const auto restarts = [&] {
        const auto status = agent.signet({"status", "--json"}).out;
        const std::string name = "\"restarts\":";
        return std::stoi(status.substr(status.find(name) + name.size()));
    };
    CHECK(restarts() < 6);
    CHECK(wait_until([&] { return restarts() >= 3; }));
    const auto log = agent.log();
    const auto told = log.find("CKR_GENERAL_ERROR");
    REQUIRE(told != std::string::npos);
    CHECK(log.find("CKR_GENERAL_ERROR", told + 1) == std::string::npos);
    broken.follow("");
    check_done(agent.signet({"list"}));
    CHECK(wait_until([&] { return agent.signet({"list"}).out.find("alice-p256") != std::string::npos; }));
}
