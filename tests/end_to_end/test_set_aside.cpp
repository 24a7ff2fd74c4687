// One key on two tokens, of which one fails: the other goes on, and the one that failed is tried now and
// then.
#include "tests/end_to_end/faulty_replicas.h"
#include "tests/end_to_end/sign_load.h"

#include <bit>
#include <chrono>
#include <csignal>

using namespace signet::tests;

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t clients = 3;
const std::string count_signatures = Replica::count_signatures;

// Tries of a token that failed first no earlier than `elapsed` ago: after pauses of 1, 2, 4 ... seconds.
std::uint64_t most_probes(Clock::duration elapsed) {
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(elapsed).count();
    return static_cast<std::uint64_t>(std::bit_width(static_cast<std::uint64_t>(seconds) + 1));
}

void check_set_aside(const std::string& fault, const ReplicasKind& kind = {}) {
    FaultyReplicas replicas(kind);
    Replica& bad = replicas.alpha;
    replicas.unlock_both();
    SignLoad load(*replicas.agent, std::vector<std::string>(clients, "bob"));
    REQUIRE(wait_until([&] { return bad.signatures() >= 2 * clients; }));

    const auto begin = Clock::now();
    bad.module.follow(count_signatures + fault);
    REQUIRE(wait_until([&] { return replicas.one_is_set_aside(); }));
    // What was under way as it failed has ended by then.
    auto done = load.done();
    REQUIRE(wait_until([&] { return load.done() >= done + 2 * clients; }));
    const auto tried_before = bad.signatures();
    REQUIRE(wait_until([&] { return bad.signatures() > tried_before; }));
    done = load.done();
    const auto by_the_other = replicas.beta.signatures();
    REQUIRE(wait_until([&] { return load.done() >= done + 30; }));
    // The last one to end may have begun before.
    CHECK(replicas.beta.signatures() + clients >= by_the_other + 30);
    const auto tried = bad.signatures();
    // What was under way as it failed first, and one at a time since.
    CHECK(tried <= clients + most_probes(Clock::now() - begin));

    bad.module.follow(count_signatures);
    REQUIRE(wait_until([&] { return bad.signatures() >= 10; }));
    CHECK_FALSE(replicas.one_is_set_aside());
    load.stop();
    CHECK_THAT(load.failures(), Catch::Equals(std::vector<std::string>{}));
    CHECK(load.bad_signatures(replicas.ca.root()).empty());
    CHECK(occurrences(replicas.agent->log(), "other tokens with its keys go first") == 1);
    CHECK(occurrences(replicas.agent->log(), "works again") == 1);
}

}  // namespace

TEST_CASE("a token whose device fails gets one operation now and then, until it works") {
    check_set_aside("C_Sign error CKR_DEVICE_ERROR");
}

TEST_CASE("a token whose module crashes gets one operation now and then, until it works") {
    check_set_aside("C_Sign crash");
}

TEST_CASE("a token that hangs gets one operation now and then, until it works") {
    check_set_aside("C_Sign hang", {.operation_timeout = "2s"});
}

TEST_CASE("a token whose signatures do not verify gets one operation now and then, until it works") {
    check_set_aside("C_Sign garble content");
}

TEST_CASE("whichever token's process is killed, no request fails") {
    const FaultyReplicas replicas;
    replicas.unlock_both();
    SignLoad load(*replicas.agent, std::vector<std::string>(clients, "bob"));
    for (std::size_t i = 0; i < 6; ++i) {
        REQUIRE(wait_until([&] { return replicas.agent->hosts().size() == 2; }));
        REQUIRE(kill(replicas.agent->hosts().at(i % 2), SIGKILL) == 0);
        const auto done = load.done();
        REQUIRE(wait_until([&] { return load.done() >= done + 2 * clients; }));
    }
    load.stop();
    CHECK_THAT(load.failures(), Catch::Equals(std::vector<std::string>{}));
    CHECK(load.bad_signatures(replicas.ca.root()).empty());
}

TEST_CASE("a token that is not open yet goes before one that fails") {
    FaultyReplicas replicas;
    check_done(replicas.signet({"unlock", "alpha"}));
    replicas.alpha.module.follow(count_signatures + "C_Sign error CKR_DEVICE_ERROR");
    check_done(replicas.sign());
    CHECK(replicas.alpha.signatures() == 1);
    CHECK(replicas.beta.signatures() == 1);
}

TEST_CASE("tokens that are all set aside are used as if none were") {
    FaultyReplicas replicas;
    replicas.unlock_both();
    for (Replica* replica : {&replicas.alpha, &replicas.beta})
        replica->module.follow(count_signatures + "C_Sign error CKR_DEVICE_ERROR after 0 times 1");
    check_done(replicas.sign());
    CHECK(replicas.alpha.signatures() + replicas.beta.signatures() == 3);
}

TEST_CASE("what one token says it cannot do, the other is asked for") {
    FaultyReplicas replicas;
    replicas.unlock_both();
    const std::string cannot = "C_SignInit error CKR_KEY_FUNCTION_NOT_PERMITTED";
    replicas.alpha.module.follow(cannot);
    check_done(replicas.sign());
    CHECK(replicas.alpha.module.reached(1));
    CHECK(replicas.beta.signatures() == 1);
    CHECK_FALSE(replicas.one_is_set_aside());

    replicas.beta.module.follow(cannot);
    std::filesystem::remove(replicas.folder / "sig");
    const ProcessResult refused = replicas.sign();
    check_refused(refused, 6);
    CHECK_THAT(refused.err, Catch::Contains("the token cannot do this"));
    CHECK(replicas.beta.module.count(1) == 1);
}

TEST_CASE("a token that is not open yet is asked for what another says it cannot do") {
    FaultyReplicas replicas;
    check_done(replicas.signet({"unlock", "alpha"}));
    replicas.alpha.module.follow("C_SignInit error CKR_MECHANISM_INVALID");
    check_done(replicas.sign());
    CHECK(replicas.alpha.module.count(1) == 1);
    CHECK(replicas.beta.signatures() == 1);
}

TEST_CASE("a message that one token cannot open is opened by the other") {
    FaultyReplicas replicas({.key = KeyType::rsa2048});
    replicas.unlock_both();
    check_done(replicas.signet(
        {"encrypt", "--no-self", "-r", replicas.bob.certificate, "-o", "report.p7m", "report.txt"}));
    const std::string cannot = "C_DecryptInit error CKR_KEY_FUNCTION_NOT_PERMITTED";
    replicas.alpha.module.follow(cannot);
    const ProcessResult opened = replicas.signet({"decrypt", "-o", "-", "report.p7m"});
    check_done(opened);
    CHECK(opened.out == "All is well.\n");
    CHECK(replicas.alpha.module.reached(1));

    replicas.beta.module.follow(cannot);
    const ProcessResult refused = replicas.signet({"decrypt", "-o", "-", "report.p7m"});
    check_refused(refused, 6);
    CHECK_THAT(refused.err, Catch::Contains("the token cannot do this"));
}

TEST_CASE(
    "a person is asked for the PIN of another token if one cannot open any message, not if it is this one") {
    const ScriptedPinentry pinentry("give " + std::string(SoftHsmToken::default_pin));
    FaultyReplicas replicas({.key = KeyType::rsa2048, .pin_of_beta = "pinentry", .pinentry = &pinentry});
    check_done(replicas.signet({"unlock", "alpha"}));
    check_done(replicas.signet(
        {"encrypt", "--no-self", "-r", replicas.bob.certificate, "-o", "report.p7m", "report.txt"}));
    const std::string cannot = "C_DecryptInit error CKR_KEY_FUNCTION_NOT_PERMITTED";
    // What a stranger's bytes may bring about must not show.
    replicas.alpha.module.follow(cannot + " times 1");
    check_done(replicas.signet({"decrypt", "-o", "once", "report.p7m"}));
    CHECK(replicas.alpha.module.count(1) == 3);
    CHECK(pinentry.asked() == 0);

    replicas.alpha.module.follow(cannot);
    check_done(replicas.signet({"decrypt", "-o", "report", "report.p7m"}));
    CHECK(read_file(replicas.folder / "report") == "All is well.\n");
    CHECK(pinentry.asked() == 1);
}

TEST_CASE("a token whose login has gone, and which nobody can open, leaves the request to another") {
    FaultyReplicas replicas({.pin_of_alpha = "none"});
    check_done(replicas.signet({"unlock", "alpha", "--pin-stdin"}, SoftHsmToken::default_pin_line));
    check_done(replicas.sign());
    replicas.alpha.module.follow("C_SignInit error CKR_USER_NOT_LOGGED_IN\nC_Login error CKR_PIN_LOCKED");
    check_done(replicas.sign());
    CHECK(replicas.alpha.module.count(1) == 1);
    CHECK(replicas.beta.signatures() == 1);
}

TEST_CASE("a key that asks at each use for a PIN that is refused leaves the request to another") {
    FaultyReplicas replicas;
    replicas.unlock_both();
    replicas.alpha.module.set("key always-authenticate");
    replicas.alpha.module.insert();
    // Status looks at no token: it changes when the agent has heard that the card was out.
    REQUIRE(wait_until(
        [&] { return replicas.signet({"status"}).out.find("alpha: locked") != std::string::npos; }));
    check_done(replicas.signet({"unlock", "alpha"}));
    check_done(replicas.sign());
    const auto by_beta = replicas.beta.signatures();
    replicas.alpha.module.follow("C_Login error CKR_PIN_INCORRECT");
    check_done(replicas.sign());
    CHECK(replicas.alpha.module.count(1) == 1);
    CHECK(replicas.beta.signatures() == by_beta + 1);
}
