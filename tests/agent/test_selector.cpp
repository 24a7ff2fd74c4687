#include "agent/selector.h"

#include "agent/agent.h"
#include "agent/error.h"
#include "agent/token_uri.h"
#include "tests/agent/synthetic_token.h"
#include "tests/catch.h"

#include <cctype>

using namespace signet::agent;
using namespace signet::tests;

namespace {

constexpr std::int64_t day = 86400;

/// Alice (RSA) and Bob (EC) on one token that is logged in.
struct TwoPeople {
    TwoPeople() {
        token->certificates.push_back(
            {"\x01", "alice's key", alice.certificate({"Alice", "alice@example.org", "digitalSignature"})});
        token->certificates.push_back(
            {"\x02", "bob's key", bob.certificate({"Bob", "bob@example.org", "digitalSignature"})});
        token->keys.push_back(scanned_key(alice, "\x01", true));
        token->keys.push_back(scanned_key(bob, "\x02", true, false));
        catalogue.rebuild({token});
    }
    KeyPair alice{SyntheticKey::rsa};
    KeyPair bob{SyntheticKey::ec};
    std::shared_ptr<TokenState> token = synthetic_token("cards", true);
    Catalogue catalogue;
    Selector selector{catalogue};
    std::int64_t now = now_in_seconds();
};

signet::agent::protocol::Status status_of(Selector& selector, const std::string& text, std::int64_t now,
                                          std::string* why = nullptr) {
    try {
        selector.signer(text, now);
    } catch (const Error& error) {
        if (why != nullptr)
            *why = error.what();
        return error.status();
    }
    return signet::agent::protocol::DONE;
}

}  // namespace

TEST_CASE("an identity is found by address, fingerprint, label and URI") {
    TwoPeople people;
    const auto alice = people.catalogue.identities()[0];
    auto& selector = people.selector;
    std::string with_colons;
    for (std::size_t i = 0; i < alice->fingerprint.size(); i += 2)
        with_colons += (i == 0 ? "" : ":") + alice->fingerprint.substr(i, 2);
    std::string upper = alice->fingerprint;
    for (auto& c : upper)
        c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));

    for (const auto& text :
         {std::string("alice@example.org"), std::string("ALICE@Example.ORG"), alice->fingerprint, upper,
          with_colons, alice->fingerprint.substr(0, 8), std::string("alice's key"), alice->uri,
          std::string("pkcs11:id=%01"), std::string("pkcs11:object=alice%27s%20key")}) {
        INFO(text);
        CHECK(selector.signer(text, people.now).identity == alice);
        // From memory.
        CHECK(selector.signer(text, people.now).identity == alice);
    }
}

TEST_CASE("what matches nothing is refused") {
    TwoPeople people;
    const auto fingerprint = people.catalogue.identities()[0]->fingerprint;
    for (const auto& text :
         {std::string("carol@example.org"), fingerprint.substr(0, 7), fingerprint + "00",
          std::string("Alice's key"), std::string("alice"), std::string("pkcs11:token=other"),
          std::string("pkcs11:id=%03"), std::string("@")}) {
        INFO(text);
        CHECK(status_of(people.selector, text, people.now) == signet::agent::protocol::NO_IDENTITY);
    }
    for (const auto& text : {"pkcs11:id=%0", "pkcs11:what=ever", "pkcs11:token"}) {
        INFO(text);
        CHECK(status_of(people.selector, text, people.now) == signet::agent::protocol::MALFORMED);
    }
}

TEST_CASE("several matches are listed, not chosen from") {
    TwoPeople people;
    for (const auto& text : {"", "pkcs11:token=cards"}) {
        std::string why;
        CHECK(status_of(people.selector, text, people.now, &why) ==
              signet::agent::protocol::AMBIGUOUS_IDENTITY);
        CHECK(why.find("CN=Alice [") != std::string::npos);
        CHECK(why.find("; CN=Bob [") != std::string::npos);
        CHECK(why.find("] RSA-2048 \"alice's key\" on token \"cards\", valid until 20") != std::string::npos);
    }
    CHECK(people.selector.matching("").size() == 2);
}

TEST_CASE("without a selector the one that may sign is taken, and the rest is told") {
    TwoPeople people;
    people.token->certificates[1].der = people.bob.certificate({"Bob", {}, "keyAgreement"});
    people.catalogue.rebuild({people.token});
    const auto& choice = people.selector.signer("", people.now);
    CHECK(choice.identity->subject == "CN=Alice");
    REQUIRE(choice.warnings.size() == 1);
    CHECK(choice.warnings.front().find("CN=Bob") != std::string::npos);
    CHECK(choice.warnings.front().find("not for signing") != std::string::npos);
}

TEST_CASE("a certificate signs only while it is valid, also from memory") {
    TwoPeople people;
    const std::string text = "alice@example.org";
    CHECK(status_of(people.selector, text, people.now) == signet::agent::protocol::DONE);
    std::string why;
    CHECK(status_of(people.selector, text, people.now + 40 * day, &why) ==
          signet::agent::protocol::NO_IDENTITY);
    CHECK(why.find("expired on ") != std::string::npos);
    CHECK(status_of(people.selector, text, people.now - 40 * day, &why) ==
          signet::agent::protocol::NO_IDENTITY);
    CHECK(why.find("not valid before ") != std::string::npos);
    CHECK(status_of(people.selector, text, people.now) == signet::agent::protocol::DONE);
}

TEST_CASE("of several certificates on a key the newest valid one signs") {
    const KeyPair key(SyntheticKey::rsa);
    const auto token = synthetic_token("alice", true);
    token->certificates.push_back(
        {"\x01", "new", key.certificate({"New", "a@example.org", {}, false, -1, 60})});
    token->certificates.push_back(
        {"\x01", "old", key.certificate({"Old", "a@example.org", {}, false, -90, 30})});
    token->certificates.push_back(
        {"\x01", "gone", key.certificate({"Gone", "a@example.org", {}, false, -90, -2})});
    token->certificates.push_back(
        {"\x01", "next", key.certificate({"Next", "a@example.org", {}, false, 20, 90})});
    token->keys.push_back(scanned_key(key, "\x01", true));
    Catalogue catalogue;
    catalogue.rebuild({token});
    Selector selector(catalogue);
    const auto now = now_in_seconds();
    CHECK(selector.signer("a@example.org", now).identity->subject == "CN=New");
    CHECK(selector.signer("a@example.org", now).warnings.size() == 2);
    CHECK(selector.signer("a@example.org", now + 40 * day).identity->subject == "CN=Next");
    CHECK(selector.signer("old", now).identity->subject == "CN=Old");
}

TEST_CASE("a key that its token only decrypts with is passed over") {
    TwoPeople people;
    people.token->keys[0].sign = false;
    people.catalogue.rebuild({people.token});
    const auto& choice = people.selector.signer("", people.now);
    CHECK(choice.identity->subject == "CN=Bob");
    REQUIRE(choice.warnings.size() == 1);
    CHECK(choice.warnings.front().find("CN=Alice") == 0);
    CHECK(choice.warnings.front().find("does not sign with") != std::string::npos);
    CHECK(status_of(people.selector, "alice@example.org", people.now) ==
          signet::agent::protocol::NO_IDENTITY);
    SECTION("unless another token signs with it") {
        const auto replica = synthetic_token("replica", true);
        replica->certificates = people.token->certificates;
        replica->keys.push_back(scanned_key(people.alice, "\x01", true));
        people.catalogue.rebuild({people.token, replica});
        CHECK(status_of(people.selector, "alice@example.org", people.now) == signet::agent::protocol::DONE);
    }
}

TEST_CASE("a new generation of the catalogue is not answered from memory") {
    TwoPeople people;
    CHECK(status_of(people.selector, "alice@example.org", people.now) == signet::agent::protocol::DONE);
    people.catalogue.rebuild({});
    CHECK(status_of(people.selector, "alice@example.org", people.now) ==
          signet::agent::protocol::TOKEN_ABSENT);
}

TEST_CASE("the memory of selectors is bounded") {
    TwoPeople people;
    const auto fingerprint = people.catalogue.identities()[0]->fingerprint;
    // Different texts for one identity: colons may stand anywhere.
    for (std::size_t i = 0; i < Selector::max_remembered + 10; ++i) {
        std::string text = fingerprint;
        for (std::size_t bit = 0; bit < 12; ++bit) {
            if ((i >> bit & 1U) != 0)
                text.insert(text.size() - 2 * bit, ":");
        }
        REQUIRE(people.selector.signer(text, people.now).identity->fingerprint == fingerprint);
    }
}

TEST_CASE("an identity whose token has gone is absent, and its token is named") {
    TwoPeople people;
    const auto other = synthetic_token("other", true);
    people.catalogue.rebuild({other});
    std::string why;
    CHECK(status_of(people.selector, "alice@example.org", people.now, &why) ==
          signet::agent::protocol::TOKEN_ABSENT);
    CHECK(why.find("token \"cards\" with CN=Alice [") == 0);
    REQUIRE(people.catalogue.absent().size() == 2);
    CHECK(people.catalogue.absent().front()->key->locations.empty());
    SECTION("but not one that could not sign") {
        CHECK(status_of(people.selector, "alice@example.org", people.now + 40 * day) ==
              signet::agent::protocol::NO_IDENTITY);
    }
    SECTION("till it is back") {
        people.catalogue.rebuild({people.token, other});
        CHECK(people.catalogue.absent().empty());
        CHECK(status_of(people.selector, "alice@example.org", people.now) == signet::agent::protocol::DONE);
    }
    SECTION("unless it was deleted, and the token is there without it") {
        people.catalogue.rebuild({synthetic_token("cards", true)});
        CHECK(status_of(people.selector, "alice@example.org", people.now) ==
              signet::agent::protocol::NO_IDENTITY);
    }
    SECTION("or its module is not configured any more") {
        people.catalogue.forget_absent_but({people.token->module});
        CHECK(people.catalogue.absent().size() == 2);
        people.catalogue.forget_absent_but({});
        CHECK(people.catalogue.absent().empty());
    }
}

TEST_CASE("identities that have gone are remembered within bounds") {
    Catalogue catalogue;
    for (std::size_t i = 0; i < AbsentIdentities::max_remembered + 3; ++i) {
        const KeyPair key(SyntheticKey::ec);
        const auto token = synthetic_token("token " + std::to_string(i), true);
        token->certificates.push_back({"\x01", "key", key.certificate({"Somebody", {}, "digitalSignature"})});
        token->keys.push_back(scanned_key(key, "\x01", true));
        catalogue.rebuild({token});
        REQUIRE(catalogue.identities().size() == 1);
    }
    catalogue.rebuild({});
    CHECK(catalogue.absent().size() == AbsentIdentities::max_remembered);
    CHECK(catalogue.absent().back()->places.front().token->label ==
          "token " + std::to_string(AbsentIdentities::max_remembered + 2));
}
