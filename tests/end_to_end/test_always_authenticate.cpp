// Keys that ask for their PIN at each use, as PIV's 9c.
#include "tests/end_to_end/card_session.h"

using namespace signet::tests;

namespace {

const std::string always = "key always-authenticate";
const std::string give_right = "give " + right_pin;

// The card wants the PIN at each use.
struct AlwaysSession : CardSession {
    explicit AlwaysSession(const std::string& pin, const std::string& pin_cache = "forever",
                           const std::vector<KeyType>& types = {KeyType::p256})
        : CardSession(pin, pin_cache, types) {
        module.set(always);
    }
};

}  // namespace

TEST_CASE("a key that asks at each use signs with the PIN that is kept, read or typed") {
    SECTION("read from a file") {
        AlwaysSession card("");
        check_done(card.sign());
        check_done(card.sign());
    }
    SECTION("brought by unlock") {
        AlwaysSession card("none");
        card.unlock();
        check_done(card.sign());
        check_done(card.sign());
        card.signet({"lock"});
        check_refused(card.sign(), 5);
    }
    SECTION("typed once, and kept") {
        const ScriptedPinentry pinentry(give_right);
        CardSession card(pinentry, "15m", always);
        check_done(card.sign());
        check_done(card.sign());
        CHECK(pinentry.asked() == 1);
    }
    SECTION("typed for each, where nothing is kept") {
        const ScriptedPinentry pinentry(give_right);
        CardSession card(pinentry, "0", always);
        check_done(card.sign());
        // Once for the login, once for the key.
        CHECK(pinentry.asked() == 2);
        CHECK(occurrences(pinentry.commands(), "asks for the PIN at each use") == 1);
        check_done(card.sign());
        CHECK(pinentry.asked() == 4);
    }
}

TEST_CASE("what a key that asks at each use signs verifies, from many at once") {
    AlwaysSession card("", "forever", {KeyType::rsa2048});
    const Arguments command = card.batch(40);
    BackgroundProcess other = card.begin({"sign", "-o", "other.p7s", "report.txt"});
    check_done(card.signet(command));
    CHECK(other.wait(std::chrono::minutes(1)) == 0);
    for (int i = 0; i < 40; i += 13) {
        const std::string name = "file" + std::to_string(i);
        check_done(card.signet({"verify", "--trust", card.alice.ca().root(), name + ".p7s", name}));
    }
    CHECK(card.module.pin_tries() == 0);
}

TEST_CASE("a key that asks at each use decrypts") {
    AlwaysSession card("", "forever", {KeyType::rsa2048});
    const std::string alice = card.alice.identity(KeyType::rsa2048).certificate.pem;
    check_done(card.signet({"encrypt", "--no-self", "-r", alice, "-o", "report.p7m", "report.txt"}));
    check_done(card.signet({"decrypt", "-o", "opened.txt", "report.p7m"}));
    CHECK(read_file(card.folder / "opened.txt") == "All is well.\n");
}

TEST_CASE("ECDH with a key that asks at each use is said to be impossible") {
    AlwaysSession card("");
    const std::string alice = card.alice.identity(KeyType::p256).certificate.pem;
    check_done(card.signet({"encrypt", "--no-self", "-r", alice, "-o", "report.p7m", "report.txt"}));
    const auto result = card.signet({"decrypt", "-o", "-", "report.p7m"});
    check_refused(result, 6);
    CHECK(result.err.find("asks for its PIN at each use") != std::string::npos);
}

TEST_CASE("a wrong PIN for a use is tried once, and the person is told") {
    // The first is for the login; the second try at the key is right.
    const ScriptedPinentry pinentry("if [ $asked = 2 ]; then give 999999; else " + give_right + "; fi");
    CardSession card(pinentry, "0", always + "\npin locks 3");
    check_done(card.sign());
    CHECK(pinentry.asked() == 3);
    CHECK(card.module.pin_tries() == 1);
    CHECK(occurrences(pinentry.commands(), "SETERROR The token refused the PIN; few tries are left") == 1);
}

TEST_CASE("the last try is spent by nothing but a person who was told") {
    SECTION("not by a PIN that is kept") {
        AlwaysSession card("none");
        card.module.set(always + "\npin locks 3");
        card.unlock();
        check_done(card.sign());
        // Somebody else's program tries wrong PINs at the same card.
        card.module.follow("C_GetTokenInfo flags 0x00020000");
        const auto result = card.sign();
        check_refused(result, 5);
        CHECK(result.err.find("one PIN try of token \"alice\" is left") != std::string::npos);
        card.module.follow("");
        check_done(card.sign());
    }
    SECTION("by a person, with a warning") {
        const ScriptedPinentry pinentry(give_right);
        CardSession card(pinentry, "15m", always);
        check_done(card.sign());
        card.module.follow("C_GetTokenInfo flags 0x00020000");
        check_done(card.sign());
        CHECK(pinentry.asked() == 2);
        CHECK(occurrences(pinentry.commands(), "This is the last try") == 1);
    }
}

TEST_CASE("who cancels is not asked again for the rest of a batch") {
    const ScriptedPinentry pinentry("if [ $asked = 1 ]; then " + give_right +
                                    "; else echo 'ERR 83886179 Operation cancelled <Pinentry>'; fi");
    CardSession card(pinentry, "0", always);
    const Arguments command = card.batch(8);
    check_refused(card.signet(command), 5);
    CHECK(pinentry.asked() == 2);
}

TEST_CASE("a module that dies under a PIN that is kept has it once more, and a wrong one never") {
    AlwaysSession card("none");
    card.module.set(always + "\npin locks 3");
    card.unlock();
    check_done(card.sign());
    card.module.follow("C_Sign crash times 1");
    check_done(card.sign());
    CHECK(card.module.pin_tries() == 0);
    card.module.follow("C_Sign crash");
    check_refused(card.sign(), 6);
    CHECK(card.module.pin_tries() == 0);
}

TEST_CASE("a PIN pad asks at each use") {
    CardSession card("");
    card.module.set(always + "\npin pad " + right_pin);
    REQUIRE(wait_until([&] { return card.shows("alice"); }));
    check_done(card.sign());
    CHECK(card.module.logins() == 2);
    check_done(card.sign());
    CHECK(card.module.logins() == 3);
    SECTION("and says when it is cancelled") {
        card.module.set(always + "\npin pad cancelled");
        check_refused(card.sign(), 5);
    }
    SECTION("and when the PIN was wrong") {
        card.module.set(always + "\npin pad 999999");
        check_refused(card.sign(), 5);
        CHECK(card.module.pin_tries() == 1);
    }
}

TEST_CASE("a PIN that has become wrong costs one try, however many signatures are asked for") {
    AlwaysSession card("none", "forever", {KeyType::rsa2048});
    card.unlock();
    check_done(card.sign());
    // As if somebody had changed it meanwhile.
    card.module.follow("C_Login error CKR_PIN_INCORRECT");
    const Arguments command = card.batch(40);
    check_refused(card.signet(command), 5);
    check_refused(card.sign(), 5);
    CHECK(card.module.count(1) == 1);
}

TEST_CASE("who cancels at the PIN pad, or is wrong there, is not asked again for the rest of a batch") {
    CardSession card("");
    card.module.set(always + "\npin locks 3\npin pad " + right_pin);
    REQUIRE(wait_until([&] { return card.shows("alice"); }));
    check_done(card.sign());
    const std::string mood = GENERATE("cancelled", "999999");
    card.module.set(always + "\npin locks 3\npin pad " + mood);
    card.module.follow("C_Login delay 1ms");
    const Arguments command = card.batch(8);
    check_refused(card.signet(command), 5);
    CHECK(card.module.count(1) == 1);
}

TEST_CASE("a PIN that was typed for an operation is not kept if the token was locked meanwhile") {
    const ScriptedPinentry pinentry(give_right);
    CardSession card(pinentry, "15m", always);
    check_done(card.sign());
    CHECK(pinentry.asked() == 1);
    card.module.follow("C_GetTokenInfo flags 0x00020000\nC_Sign delay 3000ms");
    BackgroundProcess sign = card.begin({"sign", "-o", "slow.p7s", "report.txt"});
    // At the last try a person is asked, although a PIN is kept.
    REQUIRE(wait_until([&] { return card.module.reached(2); }));
    CHECK(pinentry.asked() == 2);
    check_done(card.signet({"lock"}));
    CHECK(sign.wait(std::chrono::minutes(1)));
    card.module.follow("");
    check_done(card.sign());
    CHECK(pinentry.asked() >= 3);
}
