// Cards that are initialised and whose PIN is changed: few tries, a PIN pad, one session.
#include "tests/end_to_end/card_session.h"

using namespace signet::tests;

namespace {

const std::string right_so_pin = SoftHsmToken::so_pin;

ProcessResult change(const CardSession& card, const std::string& before, const std::string& after) {
    return card.signet({"token", "change-pin", "--pin-stdin"}, before + "\n" + after + "\n");
}

ProcessResult init(const CardSession& card, const std::string& so_pin, const std::string& pin) {
    return card.signet({"token", "init", "-l", "new", "--force", "--so-pin-stdin", "--pin-stdin", "alice"},
                       so_pin + "\n" + pin + "\n");
}

void check_says(const ProcessResult& result, int status, const std::string& text) {
    check_refused(result, status);
    CHECK_THAT(result.err, Catch::Contains(text));
}

}  // namespace

TEST_CASE("who changes a PIN is told how many tries are left, and no wrong one is tried twice") {
    CardSession card("none");
    card.module.set("pin locks 3");
    check_says(change(card, "111111", "654321"), 5, "refused the old PIN; few tries are left");
    check_says(change(card, "111111", "654321"), 5, "not tried again");
    CHECK(card.module.pin_tries() == 1);
    check_says(change(card, "222222", "654321"), 5, "refused the old PIN; one try is left");
    check_says(change(card, "222222", "654321"), 5, "not tried again");
    CHECK(card.module.pin_tries() == 2);
    SECTION("the last one may be right") {
        check_done(change(card, right_pin, "654321"));
        check_done(card.signet({"unlock", "--pin-stdin"}, "654321\n"));
        CHECK(card.module.pin_tries() == 2);
    }
    SECTION("the last one may be wrong, and no more is sent") {
        check_says(change(card, "333333", "654321"), 5, "the PIN of token \"alice\" is locked");
        check_says(change(card, right_pin, "654321"), 5, "is locked");
        CHECK(card.module.pin_tries() == 3);
    }
}

TEST_CASE("a person who changes a PIN is warned at the last try, and a refused one is not sent again") {
    const ScriptedPinentry pinentry("case $asked in 1) give 999999;; *) give " + right_pin + ";; esac");
    CardSession card(pinentry, "15m", "pin locks 2");
    check_says(card.signet({"token", "change-pin"}), 5, "");
    CHECK(card.module.pin_tries() == 1);
    CHECK(occurrences(pinentry.commands(), "This is the last try") == 0);
    check_refused(card.signet({"token", "change-pin"}), 5);
    CHECK(occurrences(pinentry.commands(), "This is the last try") == 1);
    CHECK(card.module.pin_tries() == 1);
}

TEST_CASE("who initialises a token is told how many tries its SO PIN has, and no wrong one is tried twice") {
    CardSession card("none");
    card.module.set("pin so-locks 3");
    check_says(init(card, "wrong-1", "654321"), 5, "refused the SO PIN; few tries are left");
    check_says(init(card, "wrong-1", "654321"), 5, "not tried again");
    check_says(init(card, "wrong-2", "654321"), 5, "refused the SO PIN; one try is left");
    CHECK(card.module.so_pin_tries() == 2);
    SECTION("the last one may be right") {
        check_done(init(card, right_so_pin, "654321"));
        CHECK(card.shows("token new: locked"));
        check_done(card.signet({"unlock", "new", "--pin-stdin"}, "654321\n"));
    }
    SECTION("the last one may be wrong, and no more is sent") {
        check_says(init(card, "wrong-3", "654321"), 5, "the SO PIN of token \"alice\" is locked");
        check_says(init(card, right_so_pin, "654321"), 5, "the SO PIN of token \"alice\" is locked");
        CHECK(card.shows("token alice: "));
    }
    CHECK(card.module.so_pin_tries() <= 3);
}

TEST_CASE("a person is warned of the last try of the SO PIN") {
    const ScriptedPinentry pinentry("case $asked in 1) give " + right_so_pin + ";; *) give 654321;; esac");
    CardSession card(pinentry, "15m", "pin so-locks 2");
    check_says(init(card, "wrong-1", "654321"), 5, "one try is left");
    check_done(card.signet({"token", "init", "-l", "new", "--force", "alice"}));
    CHECK(pinentry.asked() == 3);
    CHECK(occurrences(pinentry.commands(), "This is the last try: a wrong SO PIN locks the token for ever") ==
          1);
}

TEST_CASE("a wrong SO PIN ends the login, and the next signature logs in again") {
    CardSession card("none");
    card.unlock();
    check_done(card.sign());
    check_refused(init(card, "wrong-1", "654321"), 5);
    check_done(card.sign());
    CHECK(card.module.pin_tries() == 0);
}

TEST_CASE("at a PIN pad the PIN is changed there") {
    CardSession card("none");
    const auto change_there = [&] { return card.signet({"token", "change-pin"}); };
    card.module.set("pin locks 3\npin pad " + right_pin + " then 654321");
    check_done(change_there());
    check_says(change_there(), 5, "refused the old PIN; few tries are left; try again at the PIN pad");
    card.module.set("pin locks 3\npin pad cancelled");
    check_says(change_there(), 5, "no PIN was entered at the PIN pad");
    card.module.set("pin locks 3\npin pad 654321 then 1");
    check_says(change_there(), 5, "does not take the new PIN");
    card.module.set("pin locks 3\npin pad 654321 then 777777");
    check_done(card.sign());
    check_done(change_there());
    CHECK(card.module.pin_tries() == 1);
    card.module.set("pin locks 3\npin pad 777777");
    check_done(card.signet({"lock"}));
    check_done(card.sign());
}

TEST_CASE("at a PIN pad a token is initialised there") {
    CardSession card("none");
    const Arguments init_there{"token", "init", "-l", "new", "--force", "alice"};
    card.module.set("pin pad cancelled");
    check_says(card.signet(init_there), 5, "no PIN was entered at the PIN pad");
    card.module.set("pin so-locks 2\npin pad wrong-1 then 654321");
    check_says(card.signet(init_there), 5, "one try is left; try again at the PIN pad");
    CHECK(card.shows("token alice: "));
    SECTION("to the end") {
        card.module.set("pin pad " + right_so_pin + " then 654321");
        check_done(card.signet(init_there));
        card.module.set("pin pad 654321");
        check_done(card.signet({"token", "keygen", "-l", "key", "-t", "p-256"}));
    }
    SECTION("or without a PIN in the end, which is said") {
        card.module.set("pin pad " + right_so_pin);
        check_says(card.signet(init_there), 6, "it is initialised, but no PIN was entered at the PIN pad");
        CHECK(card.shows("token new: "));
    }
}

TEST_CASE("the new PIN is used from then on where one session is all that the token allows") {
    CardSession card("none");
    card.module.set("sessions limit 1");
    card.unlock();
    check_done(card.sign());
    check_done(change(card, right_pin, "654321"));
    check_done(card.sign());
    check_says(change(card, "111111", "777777"), 5, "refused the old PIN");
    CHECK(card.module.pin_tries() == 1);
    check_done(init(card, right_so_pin, "888888"));
    check_done(card.signet({"unlock", "new", "--pin-stdin"}, "888888\n"));
}
