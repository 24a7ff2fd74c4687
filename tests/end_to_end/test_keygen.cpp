// Keys that `signet token keygen` makes.
#include "tests/end_to_end/card_session.h"
#include "tests/end_to_end/scripted_pinentry.h"
#include "tests/end_to_end/session.h"

#include <set>

using namespace signet::tests;

namespace {

/// The attributes of the private keys on the token, as pkcs11-tool shows them.
std::string private_keys(const SoftHsmToken& token) {
    return token.pkcs11_tool({"--list-objects", "--type", "privkey"}).out;
}

/// What stands behind `title` in `text`, in the block of the object with this label.
std::string shown(const std::string& text, const std::string& label, const std::string& title) {
    const auto block = text.find("label:      " + label + "\n");
    REQUIRE(block != std::string::npos);
    const auto start = text.find(title, block);
    REQUIRE(start != std::string::npos);
    return text.substr(start + title.size(), text.find('\n', start) - start - title.size());
}

}  // namespace

TEST_CASE("a key of each type is made, never extractable, and only for what was asked") {
    Session session(std::vector<KeyType>{});
    const std::vector<std::string> types{"rsa-2048", "rsa-3072", "rsa-4096", "p-256", "p-384", "p-521"};
    std::set<std::string> uris;
    for (const std::string& type : types) {
        CAPTURE(type);
        const auto made = session.signet({"token", "keygen", "-l", "key-" + type, "--type", type, "--sign"});
        check_done(made);
        CHECK(made.out.rfind("pkcs11:", 0) == 0);
        uris.insert(made.out);
    }
    CHECK(uris.size() == types.size());
    check_done(session.signet({"token", "keygen", "-l", "both", "--type", "p-256", "--sign", "--decrypt"}));
    check_done(session.signet({"token", "keygen", "-l", "opens", "--type", "rsa-2048", "--decrypt"}));
    check_done(session.signet({"token", "keygen", "-l", "plain", "--type", "ed25519"}));
    check_done(
        session.signet({"token", "keygen", "-l", "careful", "--type", "p-256", "--always-authenticate"}));

    const std::string keys = private_keys(session.alice().token());
    for (const std::string label :
         {"key-rsa-2048", "key-rsa-4096", "key-p-256", "key-p-521", "both", "opens", "plain"}) {
        CAPTURE(label);
        const auto access = shown(keys, label, "Access:     ");
        CHECK(access.find("sensitive") != std::string::npos);
        CHECK(access.find("never extractable") != std::string::npos);
    }
    CHECK(shown(keys, "key-rsa-2048", "Usage:      ") == "sign");
    CHECK(shown(keys, "key-p-384", "Usage:      ") == "sign");
    CHECK(shown(keys, "both", "Usage:      ") == "sign, derive");
    CHECK(shown(keys, "opens", "Usage:      ") == "decrypt");
    CHECK(shown(keys, "careful", "Access:     ").find("always authenticate") != std::string::npos);
    CHECK(session.audit_records("keygen", "done") == 10);
}

TEST_CASE("a key without a certificate is listed, before and after the login, and in JSON") {
    Session session({KeyType::p256});
    check_done(
        session.signet({"token", "keygen", "-l", "new key", "--type", "rsa-3072", "--sign", "--decrypt"}));
    const auto open = session.signet({"list"});
    CHECK_THAT(open.out, Catch::Contains("key new key\n"));
    CHECK_THAT(open.out, Catch::Contains("RSA-3072"));
    CHECK_THAT(open.out, Catch::Contains("sign, decrypt"));
    CHECK_THAT(open.out, Catch::Contains("no certificate"));
    CHECK(open.out.find("shows after a login") == std::string::npos);
    check_done(session.signet({"lock"}));
    const auto locked = session.signet({"list"});
    CHECK_THAT(locked.out, Catch::Contains("key new key\n"));
    CHECK_THAT(locked.out, Catch::Contains("its private key shows after a login"));
    const auto json = session.signet({"list", "--json"});
    CHECK_THAT(json.out, Catch::Contains("\"keys\":[{\"uri\":\"pkcs11:"));
    CHECK_THAT(json.out, Catch::Contains("\"key_type\":\"RSA-3072\""));
    // The key with a certificate is an identity, and nothing else.
    CHECK(json.out.find("\"keys\":[{") == json.out.rfind("\"keys\":[{"));
    CHECK(json.out.find("\"label\":\"alice-p256\",\"id\"") == std::string::npos);
}

TEST_CASE("keygen is refused where it makes no sense") {
    Session session(std::vector<KeyType>{});
    check_refused(session.signet({"token", "keygen"}), 2);
    check_refused(session.signet({"token", "keygen", "-l", "a", "--type", "rsa-1024"}), 2);
    check_refused(session.signet({"token", "keygen", "-l", "a", "--type", "ed25519", "--decrypt"}), 2);
    check_refused(session.signet({"token", "keygen", "-l", "a", "--type", "p-256", "--decrypt",
                                  "--always-authenticate"}),
                  8);
    check_refused(session.signet({"token", "keygen", "-l", "a", "no-such-token"}), 6);
    check_refused(session.signet({"token", "keygen", "-l", std::string(256, 'a')}), 8);
    check_refused(session.signet({"token", "keygen", "-l", "a\nb"}), 8);
    check_refused(session.signet({"token", "nonsense"}), 2);
    check_done(session.signet({"token", "keygen", "-l", "once", "--type", "p-256"}));
    check_refused(session.signet({"token", "keygen", "-l", "once", "--type", "p-256"}), 4);
    const std::string keys = private_keys(session.alice().token());
    CHECK(keys.find("label:") == keys.rfind("label:"));
    CHECK(session.audit_records("keygen", "AMBIGUOUS_IDENTITY") == 1);
    for (const Arguments& help : {Arguments{"token", "--help"}, {"token", "keygen", "--help"}})
        CHECK_THAT(session.signet(help).out, Catch::StartsWith("usage: signet token"));
}

TEST_CASE("a key is made with the PIN of a person where none is kept") {
    Alice alice(std::vector<KeyType>{});
    const AgentProcess agent([&] {
        AgentSetup setup = AgentSetup::of(alice.token(), "none");
        setup.tokens.front().pin_cache = "0";
        return setup;
    }());
    check_refused(agent.signet({"token", "keygen", "-l", "a", "--type", "p-256"}), 5);
    check_done(agent.signet({"unlock", "--pin-stdin"}, {.stdin_text = SoftHsmToken::default_pin_line}));
    check_done(agent.signet({"token", "keygen", "-l", "a", "--type", "p-256"}));
}

TEST_CASE("one login serves a key that is made where no PIN is kept, and no later request") {
    Alice alice(std::vector<KeyType>{});
    const ScriptedPinentry pinentry("give " + std::string(SoftHsmToken::default_pin));
    AgentSetup setup = pinentry.used_in(AgentSetup::of(alice.token()));
    setup.tokens.front().pin_cache = "0";
    const AgentProcess agent(setup);
    check_done(agent.signet({"token", "keygen", "-l", "a", "--type", "rsa-2048"}));
    CHECK(pinentry.asked() == 1);
    check_done(agent.signet({"token", "keygen", "-l", "b", "--type", "p-256"}));
    CHECK(pinentry.asked() == 2);
}

TEST_CASE("a key that does not show that it stays on the token is deleted again, or said to be left") {
    CardSession card("", "forever", {});
    const Arguments keygen{"token", "keygen", "-l", "new", "--type", "p-256"};
    const std::string hidden = "C_GetAttributeValue garble length unavailable attribute 0x162\n";
    SECTION("CKA_EXTRACTABLE does not show") {
        card.module.follow(hidden);
        const auto result = card.signet(keygen);
        check_refused(result, 6);
        CHECK_THAT(result.err, Catch::Contains("does not keep the key as it was told to"));
        CHECK(private_keys(card.alice.token()).empty());
    }
    SECTION("and the private key cannot be deleted") {
        card.module.follow(hidden + "C_DestroyObject error CKR_FUNCTION_FAILED times 1");
        const auto result = card.signet(keygen);
        check_refused(result, 6);
        CHECK_THAT(result.err, Catch::Contains("may be left"));
        CHECK(card.shows("key new"));
    }
    SECTION("and the public key cannot be deleted") {
        card.module.follow(hidden + "C_DestroyObject error CKR_FUNCTION_FAILED after 1 times 1");
        const auto result = card.signet(keygen);
        check_refused(result, 6);
        CHECK_THAT(result.err, Catch::Contains("the public one is left"));
        CHECK(private_keys(card.alice.token()).empty());
    }
}
