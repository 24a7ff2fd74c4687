// One key on two tokens: nobody is asked for the PIN of one that another does without, or asked in vain
// twice.
#include "tests/end_to_end/faulty_replicas.h"

#include <chrono>

using namespace signet::tests;

namespace {

constexpr int many = 8;
// Alpha's card, in the tests that say so: it wants the PIN at each use.
const std::string at_each_use = "key always-authenticate";
const std::string at_each_use_at_pad = at_each_use + "\npin pad " + right_pin;
const std::string cancelled_at_pad = at_each_use + "\npin pad cancelled";
// Counts what the agent has a person enter at the pad, and PINs that it sends.
const std::string count_logins = "C_Login delay 0ms\n";
const std::string last_try = "C_GetTokenInfo flags 0x00020000\n";

const std::string cancel_dialogue = "echo 'ERR 83886179 Operation cancelled <Pinentry>'";
// Cancels when it is told to.
const std::string cancel_later = "while [ ! -e \"$folder/cancel\" ]; do sleep 0.05; done; " + cancel_dialogue;

void unlock_alpha_by_hand(const FaultyReplicas& replicas) {
    check_done(replicas.signet({"unlock", "alpha", "--pin-stdin"}, SoftHsmToken::default_pin_line));
}

// Puts the card in again, while a dialogue is open; then that is cancelled.
void insert_beta_meanwhile(FaultyReplicas& replicas, const ScriptedPinentry& pinentry) {
    REQUIRE(wait_until([&] { return pinentry.asked() == 1; }));
    replicas.beta.module.insert();
    REQUIRE(wait_until([&] { return replicas.status_shows("beta: locked"); }));
    write_file(pinentry / "cancel", "");
}

void remove_beta(FaultyReplicas& replicas) {
    replicas.beta.module.remove();
    REQUIRE(wait_until([&] { return !replicas.status_shows("beta: logged in"); }));
}

}  // namespace

TEST_CASE("who cancels for one token is not asked again for the rest of a batch that another one signs") {
    const ScriptedPinentry pinentry(cancel_later);
    FaultyReplicas replicas(
        {.pin_of_alpha = "pinentry", .pinentry = &pinentry, .card_of_alpha = at_each_use});
    unlock_alpha_by_hand(replicas);
    check_done(replicas.signet({"unlock", "beta"}));
    remove_beta(replicas);
    // The PIN that is kept has become wrong.
    replicas.alpha.module.follow("C_Login error CKR_PIN_INCORRECT times 1");
    BackgroundProcess batch = replicas.begin(replicas.batch(many));
    insert_beta_meanwhile(replicas, pinentry);
    CHECK(batch.wait(std::chrono::minutes(1)) == 0);
    CHECK(pinentry.asked() == 1);
    CHECK(replicas.alpha.module.count(1) == 1);
}

TEST_CASE("who cancels is not asked again for the rest of a batch that fails") {
    const ScriptedPinentry pinentry(cancel_dialogue);
    FaultyReplicas replicas({.pin_of_alpha = "pinentry", .pinentry = &pinentry});
    check_done(replicas.signet({"unlock", "beta"}));
    replicas.beta.module.follow("C_SignInit error CKR_USER_NOT_LOGGED_IN");
    check_refused(replicas.signet(replicas.batch(many)), 6);
    CHECK(pinentry.asked() == 1);
}

TEST_CASE("who is wrong is not asked again for the rest of a batch that another token signs") {
    const ScriptedPinentry pinentry("while [ ! -e \"$folder/cancel\" ]; do sleep 0.05; done; give 999999");
    FaultyReplicas replicas(
        {.pin_of_alpha = "pinentry", .pinentry = &pinentry, .card_of_alpha = at_each_use});
    unlock_alpha_by_hand(replicas);
    check_done(replicas.signet({"unlock", "beta"}));
    remove_beta(replicas);
    replicas.alpha.module.follow("C_Login error CKR_PIN_INCORRECT times 1");
    BackgroundProcess batch = replicas.begin(replicas.batch(many));
    insert_beta_meanwhile(replicas, pinentry);
    CHECK(batch.wait(std::chrono::minutes(1)) == 0);
    // Each dialogue after the first says that this PIN was refused before.
    CHECK(pinentry.asked() <= 4);
    CHECK(replicas.alpha.module.pin_tries() <= 1);
}

TEST_CASE("nobody is asked at each use of a key on one token that another one uses without") {
    FaultyReplicas replicas({.card_of_alpha = at_each_use_at_pad});
    replicas.alpha.module.follow(count_logins);
    check_done(replicas.signet({"unlock", "alpha"}));
    REQUIRE(replicas.alpha.module.count(1) == 1);
    SECTION("and is open") {
        check_done(replicas.signet({"unlock", "beta"}));
    }
    SECTION("and is not open yet") {}
    check_done(replicas.sign());
    check_done(replicas.signet(replicas.batch(many)));
    CHECK(replicas.alpha.module.count(1) == 1);
    CHECK(replicas.beta.signatures() == many + 1);
}

TEST_CASE("nobody is asked for the last try of one token while another one signs") {
    const ScriptedPinentry pinentry(cancel_dialogue);
    FaultyReplicas replicas(
        {.pin_of_alpha = "pinentry", .pinentry = &pinentry, .card_of_alpha = at_each_use});
    unlock_alpha_by_hand(replicas);
    SECTION("which is open") {
        check_done(replicas.signet({"unlock", "beta"}));
    }
    SECTION("which is not open yet, nor is the first any more") {
        replicas.alpha.module.reset();
    }
    replicas.alpha.module.follow(last_try + count_logins);
    check_done(replicas.signet(replicas.batch(many)));
    CHECK(pinentry.asked() == 0);
    CHECK(replicas.alpha.module.count(2) == 0);
    CHECK(replicas.beta.signatures() == many);
}

TEST_CASE("nobody is asked so that a token that was set aside is tried") {
    FaultyReplicas replicas({.card_of_alpha = at_each_use_at_pad});
    check_done(replicas.signet({"unlock", "alpha"}));
    check_done(replicas.signet({"unlock", "beta"}));
    remove_beta(replicas);
    replicas.alpha.module.follow("C_Sign error CKR_DEVICE_ERROR");
    check_refused(replicas.sign(), 6);
    const auto failed = std::chrono::steady_clock::now();
    replicas.alpha.module.follow(count_logins);
    check_done(replicas.signet({"unlock", "alpha"}));
    replicas.beta.module.insert();
    check_done(replicas.signet({"unlock", "beta"}));
    REQUIRE(replicas.one_is_set_aside());
    const auto entered = replicas.alpha.module.count(1);
    // Its pause is a second.
    while (std::chrono::steady_clock::now() < failed + std::chrono::seconds(3))
        check_done(replicas.sign());
    CHECK(replicas.alpha.module.count(1) == entered);
}

TEST_CASE("nobody is asked for another token while a module that crashed begins anew") {
    const ScriptedPinentry pinentry(cancel_dialogue);
    FaultyReplicas replicas({.pin_of_alpha = "pinentry", .pinentry = &pinentry});
    check_done(replicas.signet({"unlock", "beta"}));
    replicas.beta.module.follow("C_Sign crash times 2");
    check_done(replicas.sign());
    CHECK(replicas.beta.module.reached(1));
    CHECK(pinentry.asked() == 0);
}

TEST_CASE("nobody is asked for another token because a message crashes one again and again") {
    const ScriptedPinentry pinentry(cancel_dialogue);
    FaultyReplicas replicas({.key = KeyType::rsa2048, .pin_of_alpha = "pinentry", .pinentry = &pinentry});
    check_done(replicas.signet({"unlock", "beta"}));
    check_done(
        replicas.signet({"encrypt", "-r", replicas.bob.certificate, "-o", "report.p7m", "report.txt"}));
    replicas.beta.module.follow("C_Decrypt crash times 4");
    check_done(replicas.signet({"decrypt", "-o", "report", "report.p7m"}));
    // Whoever made the message would learn of the question.
    CHECK(pinentry.asked() == 0);
}

TEST_CASE("a person is asked at the use of a key when the token that asks nobody fails") {
    const KeyType key = GENERATE(KeyType::p256, KeyType::rsa2048);
    FaultyReplicas replicas({.key = key, .card_of_alpha = at_each_use_at_pad});
    replicas.unlock_both();
    if (key == KeyType::p256) {
        replicas.beta.module.follow("C_Sign error CKR_DEVICE_ERROR");
        check_done(replicas.sign());
    } else {
        check_done(replicas.signet(
            {"encrypt", "--no-self", "-r", replicas.bob.certificate, "-o", "report.p7m", "report.txt"}));
        replicas.beta.module.follow("C_Decrypt error CKR_DEVICE_ERROR");
        check_done(replicas.signet({"decrypt", "-o", "report", "report.p7m"}));
        CHECK(read_file(replicas.folder / "report") == "All is well.\n");
    }
    CHECK(replicas.beta.module.reached(1));
}
