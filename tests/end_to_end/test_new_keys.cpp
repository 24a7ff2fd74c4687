// Keys that are made on a token, from keygen to a signature that verifies, on tokens that make it hard.
#include "tests/end_to_end/card_session.h"

#include <csignal>

using namespace signet::tests;

namespace {

const std::string give_right = "give " + std::string(SoftHsmToken::default_pin);

ProcessResult openssl(const CardSession& card, Arguments arguments) {
    arguments.insert(arguments.begin(), "openssl");
    return run(arguments, {.folder = card.folder.path()});
}

/// NAME.pem for NAME.csr, as it asks, from a CA in ca.pem that is made first.
void issue(const CardSession& card, const std::string& name) {
    check_done(openssl(card, {"req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
                              "-nodes", "-subj", "/CN=Root", "-keyout", "ca.key", "-out", "ca.pem"}));
    check_done(openssl(card, {"x509", "-req", "-in", name + ".csr", "-copy_extensions", "copy", "-CA",
                              "ca.pem", "-CAkey", "ca.key", "-out", name + ".pem"}));
}

/// A request of the key called `name`, its certificate, and a signature by it that signet verifies.
void check_is_certified_and_signs(const CardSession& card, const std::string& name) {
    const std::string address = name + "@example.org";
    check_done(card.signet({"token", "csr", "-k", name, "-e", address, "-o", name + ".csr"}));
    check_done(openssl(card, {"req", "-in", name + ".csr", "-noout", "-verify"}));
    issue(card, name);
    check_done(card.signet({"token", "import", name + ".pem"}));
    CHECK(card.shows("identity " + address));
    check_done(card.signet({"sign", "-k", address, "-o", name + ".p7s", "report.txt"}));
    check_done(card.signet({"verify", "--trust", "ca.pem", name + ".p7s", "report.txt"}));
}

void make_key(const CardSession& card, const std::string& name, const Arguments& options) {
    Arguments keygen{"token", "keygen", "-l", name};
    keygen.insert(keygen.end(), options.begin(), options.end());
    check_done(card.signet(keygen));
}

}  // namespace

TEST_CASE("an Ed25519 key is made, certified, listed, and signs") {
    const CardSession card("", "forever", {});
    make_key(card, "plain", {"--type", "ed25519"});
    check_is_certified_and_signs(card, "plain");
}

TEST_CASE("a key that asks at each use is made, certified, and signs") {
    SECTION("with the PIN from a file") {
        const CardSession card("", "forever", {});
        for (const std::string type : {"rsa-2048", "p-256", "ed25519"}) {
            CAPTURE(type);
            make_key(card, "careful-" + type, {"--type", type, "--always-authenticate"});
            check_is_certified_and_signs(card, "careful-" + type);
        }
    }
    SECTION("with the PIN of a person, who is asked for each use where nothing is kept") {
        const ScriptedPinentry pinentry(give_right);
        const CardSession card(pinentry, "0", "", {});
        make_key(card, "careful", {"--type", "p-256", "--always-authenticate"});
        CHECK(occurrences(pinentry.commands(), "asks for the PIN at each use") == 0);
        check_is_certified_and_signs(card, "careful");
        CHECK(occurrences(pinentry.commands(), "asks for the PIN at each use") == 2);
    }
    SECTION("and the request is made although a wrong PIN was typed for the use") {
        const ScriptedPinentry pinentry("if [ $asked = 3 ]; then give 999999; else " + give_right + "; fi");
        const CardSession card(pinentry, "0", "pin locks 3", {});
        make_key(card, "careful", {"--type", "p-256", "--always-authenticate"});
        check_done(card.signet({"token", "csr", "-e", "a@example.org", "-o", "careful.csr"}));
        CHECK(pinentry.asked() == 4);
        CHECK(card.module.pin_tries() == 1);
        CHECK(occurrences(pinentry.commands(), "The token refused the PIN") == 1);
    }
    SECTION("with a PIN that is typed once and kept") {
        const ScriptedPinentry pinentry(give_right);
        const CardSession card(pinentry, "15m", "", {});
        make_key(card, "careful", {"--type", "rsa-2048", "--always-authenticate"});
        check_is_certified_and_signs(card, "careful");
        CHECK(pinentry.asked() == 1);
    }
}

TEST_CASE("a token that signs no digests hashes its key's request itself") {
    CardSession card("", "forever", {});
    card.module.follow("C_GetMechanismList without 0x1");
    make_key(card, "new", {"--type", "rsa-2048"});
    check_is_certified_and_signs(card, "new");
}

TEST_CASE("a token that makes no EdDSA signatures says so to who asks for a certificate") {
    CardSession card("", "forever", {});
    make_key(card, "new", {"--type", "ed25519"});
    card.module.follow("C_GetMechanismList without 0x1057");
    card.module.remove();
    REQUIRE(wait_until([&] { return !card.shows("token alice: "); }));
    card.module.insert();
    REQUIRE(wait_until([&] { return card.shows("key new"); }));
    const auto result = card.signet({"token", "csr", "-e", "a@example.org", "-o", "new.csr"});
    check_refused(result, 6);
    CHECK_THAT(result.err, Catch::Contains("has no EdDSA (CKM_EDDSA)"));
}

TEST_CASE("keys are made, certified and deleted where few sessions are all that the token allows") {
    const std::string limit = GENERATE("1", "2", "1 announced");
    CAPTURE(limit);
    CardSession card("", "forever", {});
    card.module.set("sessions limit " + limit);
    make_key(card, "one", {"--type", "p-256"});
    check_is_certified_and_signs(card, "one");
    make_key(card, "two", {"--type", "rsa-2048", "--always-authenticate"});
    check_is_certified_and_signs(card, "two");
    // Handles may be others after the login that a change needs.
    check_done(card.signet({"lock"}));
    check_done(card.signet({"token", "delete", "--yes", "--force", "one@example.org"}));
    const auto left = card.signet({"list"}).out;
    CHECK_THAT(left, Catch::Contains("two@example.org"));
    CHECK(left.find("one") == std::string::npos);
    CHECK(card.alice.token().pkcs11_tool({"--list-objects"}).out.find("one") == std::string::npos);
    check_done(card.signet({"sign", "report.txt"}));
    CHECK(card.module.pin_tries() == 0);
}

TEST_CASE("a key is deleted although the login and the handles went in between") {
    CardSession card("", "forever", {});
    card.module.set("sessions limit 1");
    // The process is new: its one session becomes read/write for the deletion, which is a logout.
    make_key(card, "spare", {"--type", "p-256"});
    for (const pid_t host : card.agent.hosts())
        REQUIRE(kill(host, SIGKILL) == 0);
    check_done(card.signet({"token", "delete", "--yes", "spare"}));
    CHECK(card.alice.token().pkcs11_tool({"--list-objects"}).out.find("spare") == std::string::npos);
}
