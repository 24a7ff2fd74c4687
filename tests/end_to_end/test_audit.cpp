// What the audit log says of signatures and unwrapped keys that leave, and of those that do not.
#include "tests/end_to_end/faulty_module.h"
#include "tests/end_to_end/session.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <set>
#include <sstream>

using namespace signet::tests;

namespace {

// The value of a member of one record: a string's, which must have no escapes, or a number; empty if there is
// none.
std::string member(const std::string& line, const std::string& name) {
    const auto key = "\"" + name + "\":";
    const auto found = line.find(key);
    if (found == std::string::npos)
        return {};
    const auto value = line.substr(found + key.size());
    return value.front() == '"' ? value.substr(1, value.find('"', 1) - 1)
                                : value.substr(0, value.find_first_of(",}"));
}

std::vector<std::string> records(const AgentProcess& agent, const std::string& operation) {
    std::istringstream log(read_file(agent.audit()));
    std::vector<std::string> found;
    for (std::string line; std::getline(log, line);) {
        if (member(line, "operation") == operation)
            found.push_back(line);
    }
    return found;
}

// Alice's token behind two modules, of which one can be made to fail: two places of one key.
struct TwoModules {
    TwoModules() : agent(setup()) {
        write_file(folder / "report.txt", "All is well.\n");
        digest = run({"sha256sum", folder / "report.txt"}).out.substr(0, 64);
    }

    AgentSetup setup() {
        AgentSetup setup = module.setup(alice.token(), "10s");
        setup.modules.push_back(AgentSetup::of(alice.token()).modules.front());
        return setup;
    }
    ProcessResult sign() const {
        return agent.signet({"sign", "-o", "sig", "report.txt"},
                            {.folder = folder.path(), .timeout = std::chrono::minutes(2)});
    }

    Alice alice{{KeyType::p256}};
    TemporaryFolder folder;
    FaultyModule module;
    AgentProcess agent;
    std::string digest;
};

// What the log of `agent` holds now is all that it can hold, until the end of this object.
class FullLog {
  public:
    explicit FullLog(AgentProcess& agent) : m_pid(agent.process().pid()) {
        set(std::filesystem::file_size(agent.audit()));
    }
    ~FullLog() { set(RLIM_INFINITY); }
    FullLog(const FullLog&) = delete;
    FullLog& operator=(const FullLog&) = delete;

  private:
    void set(rlim_t size) const {
        const rlimit limit{size, RLIM_INFINITY};
        CHECK(::prlimit(m_pid, RLIMIT_FSIZE, &limit, nullptr) == 0);
    }
    pid_t m_pid;
};

}  // namespace

TEST_CASE("a signature that leaves has one record, with who, what and where") {
    Session session({KeyType::p256});
    session.write("report.txt", "All is well.\n");
    check_done(session.signet({"sign", "report.txt"}));
    const auto lines = records(session.agent(), "sign");
    REQUIRE(lines.size() == 1);
    CHECK(member(lines[0], "outcome") == "begun");
    CHECK(member(lines[0], "uid") == std::to_string(getuid()));
    CHECK(member(lines[0], "program") == program("signet"));
    CHECK(member(lines[0], "identity").size() == 64);
    CHECK(member(lines[0], "token").find("token=alice") != std::string::npos);
    CHECK(member(lines[0], "module") == "softhsm");
    CHECK(member(lines[0], "digest") == run({"sha256sum", session.path("report.txt")}).out.substr(0, 64));
    CHECK(member(lines[0], "begun").empty());
}

TEST_CASE("a signature that moves to another token has a record of each") {
    TwoModules two;
    check_done(two.sign());
    auto lines = records(two.agent, "sign");
    REQUIRE(lines.size() == 1);
    REQUIRE(member(lines[0], "module") == "faulty");

    two.module.follow("C_Sign error CKR_DEVICE_ERROR");
    check_done(two.sign());
    lines = records(two.agent, "sign");
    REQUIRE(lines.size() == 3);
    CHECK(member(lines[1], "module") == "faulty");
    CHECK(member(lines[1], "begun").empty());
    CHECK(member(lines[2], "module") == "softhsm");
    CHECK(member(lines[2], "begun") == member(lines[1], "seq"));
    for (const auto& line : lines) {
        CHECK(member(line, "outcome") == "begun");
        CHECK(member(line, "digest") == two.digest);
    }
}

TEST_CASE("a batch of which one signature fails says of each that was begun that it did not leave") {
    FaultyModule module;
    Alice alice({KeyType::p256});
    const AgentProcess agent(module.setup(alice.token(), "10s"));
    const TemporaryFolder folder;
    Arguments command{"sign"};
    for (int i = 0; i < 6; ++i) {
        command.push_back("file" + std::to_string(i));
        write_file(folder / command.back(), "content " + std::to_string(i));
    }
    // Logged in, and one record that has nothing to do with it.
    check_done(agent.signet({"sign", "-o", "sig", "file0"}, {.folder = folder.path()}));
    module.follow("C_Sign error CKR_FUNCTION_FAILED after 2");
    check_refused(agent.signet(command, {.folder = folder.path(), .timeout = std::chrono::minutes(2)}), 6);

    const auto lines = records(agent, "sign");
    std::vector<std::string> begun;
    std::vector<std::string> withheld;
    for (const auto& line : lines) {
        if (member(line, "outcome") == "begun" && line != lines.front()) {
            begun.push_back(member(line, "seq") + " " + member(line, "digest"));
        } else if (member(line, "outcome") == "TOKEN_FAILED") {
            withheld.push_back(member(line, "begun") + " " + member(line, "digest"));
            CHECK(member(line, "identity") == member(lines.front(), "identity"));
            CHECK_FALSE(member(line, "detail").empty());
        }
    }
    std::sort(begun.begin(), begun.end());
    std::sort(withheld.begin(), withheld.end());
    CHECK(begun.size() >= 3);
    CHECK(begun == withheld);
    CHECK(lines.size() == 1 + begun.size() + withheld.size());
}

TEST_CASE("what was begun when the log could not be written is ended there when it can be") {
    FaultyModule module;
    Alice alice({KeyType::p256});
    AgentProcess agent(module.setup(alice.token(), "30s"));
    const TemporaryFolder folder;
    write_file(folder / "report.txt", "All is well.\n");
    const auto sign = [&] {
        return agent.signet({"sign", "-o", "sig", "report.txt"}, {.folder = folder.path()});
    };
    check_done(sign());
    // A batch whose records go to the disk with those of another client, but for the later ones.
    Arguments batch{program("signet"), "sign"};
    for (int i = 0; i < 60; ++i) {
        batch.push_back("file" + std::to_string(i));
        write_file(folder / batch.back(), std::to_string(i));
    }
    module.follow("C_Sign delay 200ms");
    BackgroundProcess client(batch, {.environment = agent.folder().environment(), .folder = folder.path()});
    REQUIRE(wait_until([&] {
        return agent.signet({"status", "--json"}).out.find("\"outstanding\":0") == std::string::npos;
    }));
    check_done(sign());
    {
        const FullLog full(agent);
        CHECK(client.wait(std::chrono::seconds(60)) == 9);
        CHECK_FALSE(std::filesystem::exists(folder / "file0.p7s"));
        // It is refused now, and was not begun.
        check_refused(agent.signet({"sign", "report.txt"}, {.folder = folder.path()}), 9);
        // As a rotation of logs may send it, whether or not there is room again.
        agent.process().signal(SIGHUP);
        CHECK(wait_until([&] { return agent.log().find("is not ended there yet") != std::string::npos; }));
    }
    std::set<std::string> begun;
    for (const auto& line : records(agent, "sign")) {
        CHECK(member(line, "outcome") == "begun");
        if (member(line, "pid") == std::to_string(client.pid()))
            begun.insert(member(line, "seq"));
    }
    REQUIRE_FALSE(begun.empty());
    REQUIRE(begun.size() < 60);

    agent.process().signal(SIGHUP);
    REQUIRE(wait_until([&] { return sign().status == 0; }));
    std::set<std::string> withheld;
    for (const auto& line : records(agent, "sign")) {
        if (member(line, "outcome") == "AUDIT_FAILED" && !member(line, "begun").empty())
            withheld.insert(member(line, "begun"));
    }
    CHECK(std::includes(withheld.begin(), withheld.end(), begun.begin(), begun.end()));
}

TEST_CASE("no PIN is tried while the log cannot be written, but a token is locked") {
    Alice alice({KeyType::p256});
    AgentProcess agent(AgentSetup::of(alice.token(), "none"));
    const std::string right = SoftHsmToken::default_pin_line;
    const auto unlock = [&](const std::string& pin) {
        return agent.signet({"unlock", "--pin-stdin"}, {.stdin_text = pin});
    };
    check_done(unlock(right));
    {
        const FullLog full(agent);
        check_refused(agent.signet({"lock"}), 9);
        const auto refused = unlock("777777\n");
        check_refused(refused, 9);
        check_refused(unlock(right), 9);
    }
    CHECK_THAT(agent.signet({"list"}).out, Catch::Contains("locked"));
    agent.process().signal(SIGHUP);
    // The wrong one was never tried, so it is now.
    REQUIRE(wait_until([&] { return unlock("777777\n").status == 5; }));
    CHECK(records(agent, "unlock").size() == 2);
    check_done(unlock(right));
}

TEST_CASE("a signature whose client went away says that it did not leave") {
    FaultyModule module;
    Alice alice({KeyType::p256});
    const AgentProcess agent(module.setup(alice.token(), "30s"));
    const TemporaryFolder folder;
    write_file(folder / "report.txt", "All is well.\n");
    check_done(agent.signet({"sign", "report.txt"}, {.folder = folder.path()}));
    module.follow("C_Sign delay 2000ms");
    BackgroundProcess client({program("signet"), "sign", "-o", "again", "report.txt"},
                             {.environment = agent.folder().environment(), .folder = folder.path()});
    REQUIRE(wait_until([&] { return records(agent, "sign").size() == 2; }));
    client.signal(SIGKILL);
    REQUIRE(wait_until([&] { return records(agent, "sign").size() == 3; }));
    const auto lines = records(agent, "sign");
    CHECK(member(lines[2], "outcome") == "STOPPING");
    CHECK(member(lines[2], "begun") == member(lines[1], "seq"));
}

TEST_CASE("a signature that no PIN was given for says whose and what it would have been") {
    Alice alice({KeyType::p256});
    const AgentProcess agent(AgentSetup::of(alice.token(), "none"));
    const TemporaryFolder folder;
    write_file(folder / "report.txt", "All is well.\n");
    check_refused(agent.signet({"sign", "report.txt"}, {.folder = folder.path()}), 5);
    const auto lines = records(agent, "sign");
    REQUIRE(lines.size() == 1);
    CHECK(member(lines[0], "outcome") == "PIN_UNAVAILABLE");
    CHECK(member(lines[0], "identity").size() == 64);
    // None was asked.
    CHECK(member(lines[0], "token").empty());
    CHECK(member(lines[0], "digest") == run({"sha256sum", folder / "report.txt"}).out.substr(0, 64));
    CHECK(member(lines[0], "begun").empty());
}

TEST_CASE("a key that is unwrapped, or not, has its true reason in the log alone") {
    Session session({KeyType::rsa2048});
    session.write("secret", "The treasure is under the oak.\n");
    check_done(session.signet({"encrypt", "--no-self", "-r", session.label(KeyType::rsa2048), "secret"}));
    check_done(session.signet({"decrypt", "-o", "opened", "secret.p7m"}));
    // The last byte of the encrypted key, which stands before the content's own algorithm.
    auto message = session.read("secret.p7m");
    const std::string aes256_gcm("\x06\x09\x60\x86\x48\x01\x65\x03\x04\x01\x2e", 11);
    const auto algorithm = message.rfind(aes256_gcm);
    REQUIRE(algorithm != std::string::npos);
    message[algorithm - 40] = static_cast<char>(message[algorithm - 40] ^ 1);
    session.write("damaged.p7m", message);
    check_refused(session.signet({"decrypt", "-o", "again", "damaged.p7m"}), 1);

    const auto lines = records(session.agent(), "unwrap");
    REQUIRE(lines.size() == 2);
    for (const auto& line : lines) {
        CHECK(member(line, "identity").size() == 64);
        CHECK(member(line, "token").find("token=alice") != std::string::npos);
        CHECK(member(line, "module") == "softhsm");
    }
    CHECK(member(lines[0], "outcome") == "done");
    CHECK(member(lines[1], "outcome") == "CANNOT_UNWRAP");
    CHECK(member(lines[1], "detail").rfind("OAEP: ", 0) == 0);
}
