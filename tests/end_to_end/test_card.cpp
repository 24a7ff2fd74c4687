// Cards that are pulled and put in again while the agent runs.
#include "tests/end_to_end/card_session.h"

#include <csignal>

using namespace signet::tests;

namespace {

// Nobody lists the tokens meanwhile: the agent sees it by itself.
[[nodiscard]] bool is_gone(const CardSession& card) {
    return wait_until([&] { return !card.status_shows("\"label\":\"alice\""); });
}
[[nodiscard]] bool is_there(const CardSession& card) {
    return wait_until([&] { return card.status_shows("\"label\":\"alice\""); });
}

// Till signet-token has looked for cards by itself, from beginning to end.
void await_look(CardSession& card) {
    card.module.follow("C_WaitForSlotEvent delay 0ms");
    REQUIRE(wait_until([&] { return card.module.count(1) > 3; }));
}

void check_absent(const ProcessResult& result) {
    check_refused(result, 6);
    CHECK(result.err.find("token \"alice\"") != std::string::npos);
    CHECK(result.err.find("is not there") != std::string::npos);
    CHECK(result.err.find("--wait") != std::string::npos);
}

}  // namespace

TEST_CASE("a card that is pulled and put in shows by itself, with events and without") {
    const bool has_events = GENERATE(true, false);
    CardSession card("");
    card.module.set(has_events ? "" : "events unsupported");
    REQUIRE(is_there(card));
    card.module.remove();
    CHECK(is_gone(card));
    card.module.insert(7);
    CHECK(is_there(card));
    check_done(card.sign());
}

TEST_CASE("the PIN of a card that is pulled goes with it, although nobody looks meanwhile") {
    CardSession card("none");
    card.unlock();
    check_done(card.sign());
    SECTION("for a while") {
        card.module.remove();
        REQUIRE(is_gone(card));
        card.module.insert();
        REQUIRE(is_there(card));
    }
    SECTION("for a moment") {
        card.module.insert();
        REQUIRE(wait_until([&] { return !card.status_shows("\"state\":\"logged in\""); }));
        REQUIRE(is_there(card));
    }
    check_refused(card.sign(), 5);
    card.unlock();
    check_done(card.sign());
}

TEST_CASE("a card that is put in again and opened at once stays open") {
    CardSession card("none");
    for (int cycle = 0; cycle < 5; ++cycle) {
        CAPTURE(cycle);
        card.module.insert();
        card.unlock();
        await_look(card);
        check_done(card.sign());
    }
}

TEST_CASE("the PIN that is kept is not sent to a card that may have been exchanged a moment ago") {
    const std::string settings = GENERATE("", "key always-authenticate");
    CardSession card("none");
    card.module.set(settings);
    for (int exchange = 0; exchange < 5; ++exchange) {
        CAPTURE(settings, exchange);
        card.unlock();
        check_done(card.sign());
        const auto logins = card.module.logins();
        card.module.insert();
        check_refused(card.sign(), 5);
        // What card this is, its PIN alone would tell.
        CHECK(card.module.logins() == logins);
        CHECK(card.module.pin_tries() == 0);
    }
}

TEST_CASE("a person is asked once for the PIN of a card that was out a moment ago") {
    const ScriptedPinentry pinentry(std::string("give ") + SoftHsmToken::default_pin);
    CardSession card(pinentry, "forever", "");
    check_done(card.sign());
    for (std::size_t cycle = 1; cycle <= 5; ++cycle) {
        CAPTURE(cycle);
        card.module.insert();
        check_done(card.sign());
        CHECK(pinentry.asked() == 1 + cycle);
    }
}

TEST_CASE("a card is opened although its module hangs where cards are looked for") {
    CardSession card("none");
    REQUIRE(is_there(card));
    card.module.follow("C_WaitForSlotEvent hang times 1");
    REQUIRE(wait_until([&] { return card.module.reached(1); }));
    card.unlock();
    check_done(card.sign());
}

TEST_CASE("a request for an identity whose card is out fails at once, and names the card") {
    CardSession card("", "forever", {KeyType::rsa2048});
    const std::string alice = card.alice.identity(KeyType::rsa2048).certificate.pem;
    check_done(card.signet({"encrypt", "--no-self", "-r", alice, "-o", "report.p7m", "report.txt"}));
    REQUIRE(is_there(card));
    card.module.remove();
    REQUIRE(is_gone(card));
    check_absent(card.sign());
    check_absent(card.signet({"sign", "-k", "alice-rsa2048", "-o", "-", "report.txt"}));
    check_absent(card.signet({"sign", "-k", "pkcs11:token=alice", "-o", "-", "report.txt"}));
    check_absent(card.signet({"decrypt", "-o", "-", "report.p7m"}));
    // It was never there.
    check_refused(card.signet({"sign", "-k", "bob@example.org", "report.txt"}), 6);
    card.module.insert(3);
    check_done(card.sign());
    check_done(card.signet({"decrypt", "-o", "opened.txt", "report.p7m"}));
    CHECK(read_file(card.folder / "opened.txt") == "All is well.\n");
    check_refused(card.signet({"sign", "-k", "bob@example.org", "report.txt"}), 4);
}

TEST_CASE("with --wait a request waits for the card") {
    CardSession card("", "forever", {KeyType::rsa2048});
    const std::string alice = card.alice.identity(KeyType::rsa2048).certificate.pem;
    check_done(card.signet({"encrypt", "--no-self", "-r", alice, "-o", "report.p7m", "report.txt"}));
    REQUIRE(is_there(card));
    card.module.remove();
    REQUIRE(is_gone(card));
    const Arguments sign{"sign", "--wait", "-k", "alice-rsa2048", "report.txt"};
    const Arguments decrypt{"decrypt", "--wait", "-o", "opened.txt", "report.p7m"};
    const Arguments& command = GENERATE_REF(sign, decrypt);
    BackgroundProcess waiting = card.begin(command);
    REQUIRE(wait_until([&] { return card.status_shows("\"clients\":2"); }));
    CHECK_FALSE(waiting.wait(std::chrono::milliseconds(1500)));
    SECTION("and goes on when it is there, in whatever slot") {
        card.module.insert(9);
        CHECK(waiting.wait(std::chrono::minutes(1)) == 0);
    }
    SECTION("until its client goes") {
        waiting.signal(SIGTERM);
        CHECK(waiting.wait(std::chrono::minutes(1)));
        CHECK(wait_until([&] { return card.status_shows("\"clients\":1"); }));
    }
    SECTION("until the agent stops") {
        CHECK(card.agent.terminate() == 0);
        const auto status = waiting.wait(std::chrono::minutes(1));
        REQUIRE(status);
        CHECK(*status == 9);
    }
}

TEST_CASE("a batch whose card is pulled goes on when it is put in, if it waits") {
    CardSession card("", "forever", {KeyType::rsa2048});
    card.module.follow("C_Sign delay 100ms");
    const Arguments command = card.batch(100, {"--wait"});
    BackgroundProcess batch = card.begin(command);
    REQUIRE(wait_until([&] { return card.module.reached(1); }));
    card.module.remove();
    REQUIRE(is_gone(card));
    INFO(batch.err());
    CHECK(batch.running());
    card.module.insert();
    CHECK(batch.wait(std::chrono::minutes(1)) == 0);
    CHECK(std::filesystem::exists(card.folder / "file99.p7s"));
}

TEST_CASE("a card that was deleted of a key is there, and the key is not") {
    CardSession card("", "forever", {KeyType::p256, KeyType::rsa2048});
    // SoftHSM takes a token that is written to as it starts for one that is not initialised.
    REQUIRE(wait_until([&] { return card.shows("alice-p256"); }));
    check_done(card.alice.token().pkcs11_tool(
        {"--delete-object", "--type", "privkey", "--id", card.alice.identity(KeyType::p256).id}));
    check_done(card.alice.token().pkcs11_tool(
        {"--delete-object", "--type", "pubkey", "--id", card.alice.identity(KeyType::p256).id}));
    check_done(card.alice.token().pkcs11_tool(
        {"--delete-object", "--type", "cert", "--id", card.alice.identity(KeyType::p256).id}));
    card.module.insert();
    REQUIRE(wait_until([&] { return !card.shows("alice-p256"); }));
    check_refused(card.signet({"sign", "-k", "alice-p256", "report.txt"}), 4);
    check_done(card.signet({"sign", "-k", "alice-rsa2048", "report.txt"}));
}

TEST_CASE("a card that was out during a signature has lost its PIN, although it was back at once") {
    CardSession card("none");
    card.unlock();
    check_done(card.sign());
    // Neither events nor the list of slots tell of it.
    card.module.set("events unsupported");
    card.module.follow(
        "C_Sign error CKR_DEVICE_REMOVED times 1\nC_SignInit error CKR_USER_NOT_LOGGED_IN once 1 times 1\n");
    check_refused(card.sign(), 5);
    card.unlock();
    check_done(card.sign());
}

TEST_CASE("a list of mechanisms that was nonsense once is asked for again by who needs one") {
    CardSession card("");
    card.module.follow("C_GetMechanismList error CKR_FUNCTION_FAILED times 1");
    // A new look, which is told nothing.
    card.module.insert();
    REQUIRE(wait_until([&] { return card.module.reached(1); }));
    check_done(card.sign());
}
