// Tokens that are removed, and modules that crash or dawdle at a login or a logout.
#include "agent/protocol/frame.h"
#include "agent/protocol/signet.pb.h"
#include "tests/end_to_end/card_session.h"
#include "tests/end_to_end/raw_client.h"
#include "tests/end_to_end/session.h"

#include <csignal>
#include <memory>

using namespace signet::tests;
namespace protocol = signet::agent::protocol;

namespace {

// A request for a key that ends at once.
void end_a_request(const AgentProcess& agent) {
    RawClient client(agent.socket());
    protocol::Request unwrap;
    unwrap.mutable_unwrap()->set_content_encryption_algorithm("none");
    client.send(frame(hello()) + frame(unwrap));
    for (int replies = 0; replies < 2; ++replies)
        REQUIRE(client.receive());
}

constexpr const char* removed = "C_GetTokenInfo error CKR_TOKEN_NOT_PRESENT";

}  // namespace

TEST_CASE("the PIN of a token that was removed goes with it, and the token comes back locked") {
    CardSession login("none");
    login.unlock();
    check_done(login.signet({"sign", "report.txt"}));
    login.module.follow(removed);
    REQUIRE(wait_until([&] { return !login.shows("alice"); }));
    login.module.follow("");

    SECTION("as the module that still has the login sees it") {}
    SECTION("in a fresh process") {
        for (const pid_t host : login.agent.hosts())
            kill(host, SIGKILL);
    }
    REQUIRE(wait_until([&] { return login.shows("alice"); }));
    CHECK_FALSE(login.shows("logged in"));
    check_refused(login.signet({"sign", "-o", "again", "report.txt"}), 5);
    login.unlock();
    check_done(login.signet({"sign", "-o", "again", "report.txt"}));
}

TEST_CASE("a token that comes back is not opened by a wrong PIN, whatever its module believes") {
    CardSession login("none");
    login.unlock();
    login.module.follow(removed);
    REQUIRE(wait_until([&] { return !login.shows("alice"); }));
    login.module.follow("");
    REQUIRE(wait_until([&] { return login.shows("alice"); }));
    check_refused(login.signet({"unlock", "--pin-stdin"}, "777777\n"), 5);
    check_refused(login.signet({"sign", "report.txt"}), 5);
}

TEST_CASE("a token that was removed while its module crashed has lost its PIN") {
    CardSession login("none");
    login.unlock();
    login.module.follow(removed);
    for (const pid_t host : login.agent.hosts())
        kill(host, SIGKILL);
    REQUIRE(wait_until([&] { return !login.shows("alice"); }));
    login.module.follow("");
    REQUIRE(wait_until([&] { return login.shows("alice"); }));
    check_refused(login.signet({"sign", "report.txt"}), 5);
}

TEST_CASE("a token that cannot be looked at for a moment keeps its PIN") {
    CardSession login("none");
    login.unlock();
    login.module.follow("C_GetTokenInfo error CKR_DEVICE_ERROR");
    REQUIRE(wait_until([&] { return !login.shows("alice"); }));
    login.module.follow("");
    REQUIRE(wait_until([&] { return login.shows("alice"); }));
    check_done(login.signet({"sign", "report.txt"}));
}

TEST_CASE("a PIN that is right is not sent again when one try is left, or none") {
    for (const std::string flags : {"0x20000", "0x40000"}) {
        CAPTURE(flags);
        CardSession login("none");
        login.unlock();
        for (const pid_t host : login.agent.hosts())
            kill(host, SIGKILL);
        // Sent a second time, it would open the token.
        login.module.follow("C_Login crash times 1\nC_GetTokenInfo flags " + flags + " once 1");
        check_refused(login.signet({"sign", "report.txt"}), 5);
        // Nothing is wrong with it.
        login.module.follow("");
        check_done(login.signet({"sign", "report.txt"}));
    }
}

TEST_CASE("a login that comes while a logout is under way is one of its own") {
    CardSession login("");
    check_done(login.signet({"unlock"}));
    login.module.follow("C_Logout delay 3000ms");
    BackgroundProcess lock = login.begin({"lock", "alice"});
    REQUIRE(wait_until([&] { return login.busy(); }));
    check_done(login.signet({"unlock", "alice"}));
    CHECK(lock.wait(std::chrono::seconds(60)) == 0);
    CHECK(login.shows("logged in"));
}

TEST_CASE("a login whose scan waits for its turn when signet-token ends is only delayed") {
    CardSession login("");
    check_done(login.signet({"list"}));
    login.module.follow("C_FindObjectsInit delay 4000ms times 1");
    // A list that comes at once after another does not look.
    std::unique_ptr<BackgroundProcess> list;
    REQUIRE(wait_until([&] {
        if (list == nullptr || !list->running())
            list = std::make_unique<BackgroundProcess>(
                login.arguments({"list"}), RunOptions{.environment = login.agent.folder().environment()});
        return login.busy();
    }));
    BackgroundProcess sign = login.begin({"sign", "report.txt"});
    // Both, and the one that asks.
    REQUIRE(wait_until([&] {
        return login.signet({"status", "--json"}).out.find("\"clients\":3") != std::string::npos;
    }));
    // The agent sees what came first, first.
    check_done(login.signet({"status"}));
    for (const pid_t host : login.agent.hosts())
        kill(host, SIGKILL);
    CHECK(sign.wait(std::chrono::seconds(60)) == 0);
    CHECK(sign.err().empty());
    CHECK(list->wait(std::chrono::seconds(60)).has_value());
}

TEST_CASE("a PIN that was right is not sent for ever to a token that does not answer") {
    CardSession login("none");
    login.unlock();
    for (const pid_t host : login.agent.hosts())
        kill(host, SIGKILL);
    login.module.follow("C_Login crash times 3");
    check_refused(login.signet({"sign", "report.txt"}), 6);
    // A fourth time, it would open the token.
    check_refused(login.signet({"sign", "report.txt"}), 5);
    login.unlock();
    check_done(login.signet({"sign", "report.txt"}));
}

TEST_CASE("that somebody brings a wrong PIN is no answer to who waits for the right one") {
    CardSession login("");
    login.module.follow("C_Login delay 3000ms times 1");
    BackgroundProcess wrong(
        {"sh", "-c", "echo 777777 | \"$0\" unlock --pin-stdin", program("signet").string()},
        {.environment = login.agent.folder().environment(), .folder = login.folder.path()});
    REQUIRE(wait_until([&] { return login.busy(); }));
    check_done(login.signet({"sign", "report.txt"}));
    CHECK(wrong.wait(std::chrono::seconds(60)) == 5);
}

TEST_CASE("with pin-cache 0 a token is locked after the request, whoever else ended meanwhile") {
    CardSession login("", "0");
    check_done(login.signet({"list"}));
    // A scan before the login and one after it, each of which looks for three kinds of objects.
    login.module.follow("C_FindObjectsInit delay 3000ms after 3 times 1");
    BackgroundProcess sign = login.begin({"sign", "report.txt"});
    while (sign.running())
        end_a_request(login.agent);
    CHECK(sign.wait(std::chrono::seconds(60)) == 0);
    CHECK(wait_until([&] { return login.shows("locked"); }, std::chrono::seconds(10)));
}

TEST_CASE("a login during which the token was away has its time as any other") {
    const std::string pin_cache = GENERATE("0", "1s");
    CardSession login("", pin_cache);
    check_done(login.signet({"list"}));
    login.module.follow("C_Login delay 3000ms times 1");
    BackgroundProcess client = login.begin({"sign", "report.txt"});
    REQUIRE(wait_until([&] { return login.module.reached(1); }));
    login.module.follow(removed);
    REQUIRE(wait_until([&] { return !login.shows("alice"); }));
    login.module.follow("");
    CHECK(client.wait(std::chrono::seconds(60)) == 0);
    CHECK(wait_until([&] { return login.shows("locked"); }, std::chrono::seconds(20)));
}

TEST_CASE("a PIN is kept for its time, however often it is sent meanwhile") {
    CardSession login("none", "4s");
    login.unlock();
    CHECK(wait_until([&] {
        for (const pid_t host : login.agent.hosts())
            kill(host, SIGKILL);
        return login.signet({"sign", "-o", "sig", "report.txt"}).status == 5;
    }));
}

TEST_CASE("a module that is changed and renamed during a login gets no PIN that was kept") {
    CardSession login("none");
    AgentSetup next = login.setup("none", "forever");
    next.modules.front().name = "renamed";
    next.modules.front().environment["ANOTHER"] = "1";
    login.unlock();
    login.module.follow("C_Login hang times 1");
    for (const pid_t host : login.agent.hosts())
        kill(host, SIGKILL);
    BackgroundProcess client = login.begin({"sign", "report.txt"});
    REQUIRE(wait_until([&] { return login.module.reached(1); }));
    login.agent.reconfigure(next);
    CHECK(client.wait(std::chrono::seconds(60)) == 6);
    CHECK(wait_until([&] { return login.shows("renamed"); }));
    CHECK_FALSE(login.shows("logged in"));
}

TEST_CASE("a module that takes the place of another during its login gets none of its PINs") {
    CardSession login("none");
    AgentSetup next = login.setup("none", "forever");
    // Another library, as far as the agent can know.
    const std::filesystem::path other = login.folder / "other.so";
    std::filesystem::create_symlink(next.modules.front().path, other);
    next.modules.front().path = other;
    write_file(login.folder / "pin", SoftHsmToken::default_pin_line);
    check_done(login.signet({"list"}));
    const auto before = login.agent.hosts();
    login.module.follow("C_Login delay 2000ms times 1");
    BackgroundProcess unlock(
        {"sh", "-c", "exec " + program("signet").string() + " unlock --pin-stdin <pin"},
        {.environment = login.agent.folder().environment(), .folder = login.folder.path()});
    REQUIRE(wait_until([&] { return login.module.reached(1); }));
    login.agent.reconfigure(next);
    CHECK(unlock.wait(std::chrono::seconds(60)) == 0);
    REQUIRE(wait_until([&] { return login.agent.hosts() != before && login.shows("alice"); }));
    check_refused(login.signet({"sign", "report.txt"}), 5);
}

TEST_CASE(
    "a module that is removed or changed at SIGHUP during a login first finishes what the login is for") {
    CardSession login("");
    Alice bob({KeyType::p384});
    AgentSetup next = login.setup("", "forever");
    bool removed_for_good = true;
    SECTION("removed") {
        next.modules = AgentSetup::of(bob.token()).modules;
    }
    SECTION("changed") {
        next.modules.front().sessions = 2;
        removed_for_good = false;
    }
    check_done(login.signet({"list"}));
    login.module.follow("C_Login delay 2000ms times 1");
    BackgroundProcess client = login.begin({"sign", "-k", "alice-p256", "report.txt"});
    REQUIRE(wait_until([&] { return login.busy(); }));
    login.agent.reconfigure(next);
    CHECK(client.wait(std::chrono::seconds(60)) == 0);
    CHECK(client.err().empty());
    CHECK(wait_until([&] { return login.agent.hosts().size() == 1; }));
    if (removed_for_good)
        check_refused(login.signet({"sign", "-k", "alice-p256", "-o", "again", "report.txt"}), 4);
}
