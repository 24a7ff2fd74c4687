#include "agent/catalogue.h"

#include "tests/agent/synthetic_token.h"
#include "tests/catch.h"

#include <algorithm>

using namespace signet::agent;
using namespace signet::tests;

TEST_CASE("a certificate is an identity before the login shows its key") {
    const KeyPair key(SyntheticKey::rsa);
    const auto token = synthetic_token("alice");
    token->certificates.push_back({"\x01", "mail", key.certificate({"Alice", "alice@example.org"})});
    Catalogue catalogue;
    catalogue.rebuild({token});

    REQUIRE(catalogue.identities().size() == 1);
    const auto& identity = *catalogue.identities().front();
    CHECK(identity.emails == std::vector<std::string>{"alice@example.org"});
    CHECK(identity.label == "mail");
    CHECK(identity.fingerprint.size() == 64);
    CHECK(identity.key->signature_size == 256);
    REQUIRE(identity.key->locations.size() == 1);
    CHECK_FALSE(identity.key->locations.front().key.has_value());
    CHECK(identity.key->locations.front().id == "\x01");
    CHECK(catalogue.key(identity.key->subject_public_key_info) == identity.key);
    CHECK(identity.uri.find("type=cert") != std::string::npos);
}

TEST_CASE("after the login a certificate without its private key is none") {
    const KeyPair key(SyntheticKey::ec);
    const auto token = synthetic_token("alice", true);
    token->certificates.push_back({"\x01", "somebody else's", key.certificate({})});
    Catalogue catalogue;
    catalogue.rebuild({token});
    CHECK(catalogue.identities().empty());

    token->keys.push_back(scanned_key(key, "\x01", true, false));
    catalogue.rebuild({token});
    REQUIRE(catalogue.identities().size() == 1);
    REQUIRE(catalogue.identities().front()->key->locations.front().key.has_value());
    CHECK(catalogue.identities().front()->key->locations.front().key->handle == 7);
}

TEST_CASE("a certificate that was there before is taken by what it is, not by its name") {
    const KeyPair key(SyntheticKey::ec);
    const auto older = key.certificate({"Alice", "alice@example.org"});
    const auto newer = key.certificate({"Alice", "alice@example.com"});
    Catalogue catalogue;
    const auto addresses_of = [&](const std::vector<std::string>& certificates) {
        const auto token = synthetic_token("alice", true);
        token->keys.push_back(scanned_key(key, "\x01", true));
        for (const auto& der : certificates)
            token->certificates.push_back({"\x01", "mail", der});
        catalogue.rebuild({token});
        std::vector<std::string> addresses;
        for (const auto& identity : catalogue.identities()) {
            CHECK(identity->places.front().token == token);
            REQUIRE(identity->emails.size() == 1);
            addresses.push_back(identity->emails.front());
        }
        return addresses;
    };
    CHECK(addresses_of({older}) == std::vector<std::string>{"alice@example.org"});
    CHECK(addresses_of({newer}) == std::vector<std::string>{"alice@example.com"});
    CHECK(addresses_of({older, newer}) == std::vector<std::string>{"alice@example.org", "alice@example.com"});
    CHECK(addresses_of({newer, older}) == std::vector<std::string>{"alice@example.com", "alice@example.org"});
    // Of what was read before, only a whole one counts.
    CHECK(addresses_of({older.substr(0, older.size() - 1), newer + "x"}).empty());
    CHECK(catalogue.notes().size() == 1);
    CHECK(addresses_of({newer}) == std::vector<std::string>{"alice@example.com"});
}

TEST_CASE("a certificate without a key is shown as such, with the reason") {
    const KeyPair key(SyntheticKey::ec);
    const KeyPair other(SyntheticKey::ec);
    const auto token = synthetic_token("alice", true);
    token->certificates.push_back({"\x01", "mail", key.certificate({"Alice", "alice@example.org"})});
    Catalogue catalogue;
    const auto why = [&] {
        catalogue.rebuild({token});
        CHECK(catalogue.identities().empty());
        REQUIRE(catalogue.lone_certificates().size() == 1);
        const auto& lone = catalogue.lone_certificates().front();
        CHECK(lone.place.label == "mail");
        CHECK(is_called(lone, CertificateName("ALICE@example.org")));
        CHECK(is_called(lone, CertificateName("pkcs11:id=%01")));
        CHECK_FALSE(is_called(lone, CertificateName("bob@example.org")));
        return lone.why;
    };
    CHECK(why() == "its token has no private key for it");
    SECTION("there is its public key alone") {
        token->keys.push_back(scanned_key(key, "\x01", false));
        CHECK(why() == "its token has no private key for it");
    }
    SECTION("another private key has its CKA_ID") {
        token->keys.push_back(scanned_key(other, "\x01", true));
        CHECK(why() == "the key with its CKA_ID is another one");
    }
    SECTION("another pair has its CKA_ID, also before the login") {
        token->keys.push_back(scanned_key(other, "\x01", false));
        CHECK(why() == "the key with its CKA_ID is another one");
        token->logged_in = false;
        CHECK(why() == "the key with its CKA_ID is another one");
    }
    SECTION("till its key is there") {
        token->keys.push_back(scanned_key(key, "\x02", true));
        catalogue.rebuild({token});
        CHECK(catalogue.identities().size() == 1);
        CHECK(catalogue.lone_certificates().empty());
    }
}

TEST_CASE("a CA's certificate is chain, unless its key is on the token") {
    const KeyPair ca_key(SyntheticKey::rsa);
    const KeyPair key(SyntheticKey::rsa);
    const CertificateSpec ca{"Test CA", {}, "critical,keyCertSign", true};
    const auto token = synthetic_token("alice");
    token->certificates.push_back({"\x09", "ca", ca_key.certificate(ca)});
    const KeyPair middle_key(SyntheticKey::ec);
    const CertificateSpec middle{"Middle CA", {}, "critical,keyCertSign", true};
    token->certificates.push_back({"\x08", "middle", middle_key.certificate(middle, ca, ca_key)});
    token->certificates.push_back({"\x01", "mail", key.certificate({"Alice"}, middle, middle_key)});
    Catalogue catalogue;
    catalogue.rebuild({token});
    REQUIRE(catalogue.identities().size() == 1);
    CHECK(catalogue.identities().front()->label == "mail");
    // The root stays out of what is sent along.
    CHECK(catalogue.identities().front()->profile.certificates().size() == 2);
    CHECK(catalogue.identities().front()->chain == std::vector<std::string>{"CN=Middle CA"});
    CHECK(catalogue.lone_certificates().empty());

    token->keys.push_back(scanned_key(ca_key, "\x09", false));
    catalogue.rebuild({token});
    CHECK(catalogue.identities().size() == 2);
}

TEST_CASE("the same key on two tokens is one identity with two places") {
    const KeyPair key(SyntheticKey::rsa);
    const auto certificate = key.certificate({"Alice", "alice@example.org"});
    const auto first = synthetic_token("one", true);
    const auto second = synthetic_token("two", true);
    for (const auto& token : {first, second}) {
        token->certificates.push_back({"\x01", "mail", certificate});
        token->keys.push_back(scanned_key(key, "\x01", true));
    }
    Catalogue catalogue;
    catalogue.rebuild({first, second});
    REQUIRE(catalogue.identities().size() == 1);
    CHECK(catalogue.identities().front()->places.size() == 2);
    CHECK(catalogue.identities().front()->key->locations.size() == 2);
}

TEST_CASE("the key of a token that leaves is there for who has begun with it, and is nobody's identity") {
    const KeyPair key(SyntheticKey::ec);
    const auto leaving = synthetic_token("leaving");
    leaving->certificates.push_back({"\x01", "mail", key.certificate({})});
    Catalogue catalogue;
    catalogue.rebuild({leaving});
    REQUIRE(catalogue.identities().size() == 1);
    const auto name = catalogue.identities().front()->key->subject_public_key_info;

    catalogue.rebuild({}, {leaving});
    CHECK(catalogue.identities().empty());
    CHECK(catalogue.tokens().empty());
    REQUIRE(catalogue.key(name));
    CHECK(catalogue.key(name)->locations.front().token == leaving);

    const auto replica = synthetic_token("replica");
    replica->certificates = leaving->certificates;
    catalogue.rebuild({replica}, {leaving});
    REQUIRE(catalogue.key(name)->locations.size() == 1);
    CHECK(catalogue.key(name)->locations.front().token == replica);

    catalogue.rebuild({});
    CHECK_FALSE(catalogue.key(name));
}

TEST_CASE("two certificates of one key share it") {
    const KeyPair key(SyntheticKey::rsa);
    const auto token = synthetic_token("alice", true);
    token->certificates.push_back({"\x01", "old", key.certificate({"Alice", {}, {}, false, -20, 5})});
    token->certificates.push_back({"\x01", "new", key.certificate({"Alice", {}, {}, false, -1, 30})});
    token->keys.push_back(scanned_key(key, "\x01", true));
    Catalogue catalogue;
    catalogue.rebuild({token});
    REQUIRE(catalogue.identities().size() == 2);
    CHECK(catalogue.identities()[0]->key == catalogue.identities()[1]->key);
    CHECK(catalogue.identities()[0]->key->locations.size() == 1);
}

TEST_CASE("what cannot be read becomes a note and harms nothing else") {
    const KeyPair key(SyntheticKey::rsa);
    const auto token = synthetic_token("alice");
    token->certificates.push_back({"\x02", "broken", "no certificate"});
    token->certificates.push_back({"\x01", "mail", key.certificate({})});
    ScannedKey strange;
    strange.is_private = true;
    strange.label = "ed25519";
    strange.key_type = 0x40;
    token->keys.push_back(strange);
    Catalogue catalogue;
    catalogue.rebuild({token});
    CHECK(catalogue.identities().size() == 1);
    const auto notes_of = [&](const std::string& text) {
        return std::count_if(catalogue.notes().begin(), catalogue.notes().end(),
                             [&](const auto& note) { return note.find(text) != std::string::npos; });
    };
    CHECK(notes_of("\"broken\"") == 1);
    CHECK(notes_of("\"ed25519\"") == 1);
    CHECK(notes_of("left out") == 0);

    token->has_more = true;
    catalogue.rebuild({token});
    CHECK(notes_of("left out") == 1);

    const auto before = catalogue.generation();
    catalogue.rebuild({});
    CHECK(catalogue.generation() == before + 1);
    CHECK(catalogue.identities().empty());
    CHECK(catalogue.notes().empty());
}

TEST_CASE("however much is strange on a token, the notes fit into an answer") {
    const auto token = synthetic_token("alice");
    ScannedKey key;
    key.is_private = true;
    for (int i = 0; i < 300; ++i) {
        // Each label twice, and some far too long.
        key.label = std::to_string(i / 2) + std::string(i > 200 ? 60'000 : 0, 'x');
        token->keys.push_back(key);
    }
    Catalogue catalogue;
    catalogue.rebuild({token});
    REQUIRE(catalogue.notes().size() == Catalogue::max_notes + 1);
    CHECK(catalogue.notes().back() == "and 51 more");
    for (const auto& note : catalogue.notes())
        CHECK(note.size() <= Catalogue::max_note + 3);
}
