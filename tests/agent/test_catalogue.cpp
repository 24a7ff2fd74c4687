#include "agent/catalogue.h"

#include "agent/bare_key.h"
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

TEST_CASE("a private key with the same CKA_ID but another public value is not the certificate's") {
    const KeyPair key(SyntheticKey::rsa);
    const KeyPair other(SyntheticKey::rsa);
    const auto token = synthetic_token("alice", true);
    token->certificates.push_back({"\x01", "mail", key.certificate({})});
    token->keys.push_back(scanned_key(other, "\x01", true));
    Catalogue catalogue;
    catalogue.rebuild({token});
    CHECK(catalogue.identities().empty());

    token->keys.push_back(scanned_key(key, "\x02", true));
    token->keys.back().handle = 8;
    catalogue.rebuild({token});
    REQUIRE(catalogue.identities().size() == 1);
    CHECK(catalogue.identities().front()->key->locations.front().key->handle == 8);
}

TEST_CASE("a key of another type with the same CKA_ID is not the certificate's") {
    const KeyPair key(SyntheticKey::rsa);
    const KeyPair other(SyntheticKey::ec);
    const auto token = synthetic_token("alice", true);
    token->certificates.push_back({"\x01", "mail", key.certificate({})});
    token->keys.push_back(scanned_key(other, "\x01", true, false));
    Catalogue catalogue;
    catalogue.rebuild({token});
    CHECK(catalogue.identities().empty());
}

TEST_CASE("the public key's CKA_ID finds a private key that the certificate's does not") {
    const KeyPair key(SyntheticKey::ec);
    const auto token = synthetic_token("alice", true);
    token->certificates.push_back({"", "mail", key.certificate({})});
    token->keys.push_back(scanned_key(key, "\x05", true, false));
    Catalogue catalogue;
    catalogue.rebuild({token});
    CHECK(catalogue.identities().empty());

    token->keys.push_back(scanned_key(key, "\x05", false));
    catalogue.rebuild({token});
    REQUIRE(catalogue.identities().size() == 1);
    CHECK(catalogue.identities().front()->key->locations.front().key->is_private);
}

TEST_CASE("a public key says more of a private key with its CKA_ID than a certificate does") {
    const KeyPair key(SyntheticKey::ec);
    const KeyPair other(SyntheticKey::ec);
    const auto token = synthetic_token("alice", true);
    token->certificates.push_back({"\x01", "mail", key.certificate({})});
    token->keys.push_back(scanned_key(other, "\x01", true, false));
    token->keys.push_back(scanned_key(other, "\x01", false));
    Catalogue catalogue;
    catalogue.rebuild({token});
    CHECK(catalogue.identities().empty());

    SECTION("neither is it an identity that a login might show") {
        token->logged_in = false;
        catalogue.rebuild({token});
        CHECK(catalogue.identities().empty());
    }
    SECTION("unless both keys have that CKA_ID") {
        token->keys.push_back(scanned_key(key, "\x01", false));
        catalogue.rebuild({token});
        CHECK(catalogue.identities().size() == 1);
    }
    SECTION("the right key elsewhere is found") {
        token->keys.push_back(scanned_key(key, "\x02", true, false));
        token->keys.back().handle = 8;
        token->keys.push_back(scanned_key(key, "\x02", false));
        catalogue.rebuild({token});
        REQUIRE(catalogue.identities().size() == 1);
        CHECK(catalogue.identities().front()->key->locations.front().key->handle == 8);
    }
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

TEST_CASE("two keys with one CKA_ID are told apart by their public keys") {
    const KeyPair first(SyntheticKey::ec);
    const KeyPair second(SyntheticKey::ec);
    const auto token = synthetic_token("alice", true);
    token->certificates.push_back({"\x01", "first", first.certificate({"First"})});
    token->certificates.push_back({"\x01", "second", second.certificate({"Second"})});
    const auto add = [&](const KeyPair& pair, std::uint64_t handle, const std::string& label, bool is_private,
                         bool shows_value) {
        token->keys.push_back(scanned_key(pair, "\x01", is_private, shows_value));
        token->keys.back().handle = handle;
        token->keys.back().label = label;
    };
    Catalogue catalogue;
    const auto check_told_apart = [&] {
        catalogue.rebuild({token});
        REQUIRE(catalogue.identities().size() == 2);
        for (const auto& identity : catalogue.identities()) {
            REQUIRE(identity->key->locations.size() == 1);
            CHECK(identity->key->locations.front().key->handle == (identity->label == "first" ? 11 : 12));
        }
        CHECK(bare_keys(catalogue).empty());
    };
    SECTION("that the private keys show") {
        add(second, 12, "key", true, true);
        add(first, 11, "key", true, true);
        check_told_apart();
    }
    SECTION("whose labels the private keys have") {
        add(second, 12, "b", true, false);
        add(first, 11, "a", true, false);
        add(first, 1, "a", false, true);
        add(second, 2, "b", false, true);
        check_told_apart();
    }
    SECTION("by the labels of the certificates, without public keys") {
        add(second, 12, "second", true, false);
        add(first, 11, "first", true, false);
        check_told_apart();
    }
    SECTION("by their curves") {
        add(second, 12, "key", true, false);
        add(first, 11, "key", true, false);
        add(first, 1, "key", false, true);
        add(second, 2, "key", false, true);
        for (auto& key : token->keys)
            key.parameters = key.handle % 10 == 1 ? "\x06\x01\x01" : "\x06\x01\x02";
        check_told_apart();
    }
    SECTION("and nothing is guessed") {
        add(second, 12, "key", true, false);
        add(first, 11, "key", true, false);
        add(first, 1, "key", false, true);
        add(second, 2, "key", false, true);
        catalogue.rebuild({token});
        CHECK(catalogue.identities().empty());
        REQUIRE(catalogue.lone_certificates().size() == 2);
        CHECK(catalogue.lone_certificates().front().why ==
              "several private keys have its CKA_ID, and nothing tells which is its own");
    }
}

TEST_CASE("a key that is twice on a token is one") {
    const KeyPair key(SyntheticKey::ec);
    const auto token = synthetic_token("alice", true);
    token->certificates.push_back({"\x01", "mail", key.certificate({})});
    token->keys.push_back(scanned_key(key, "\x01", true, false));
    token->keys.push_back(scanned_key(key, "\x01", true, false));
    token->keys.push_back(scanned_key(key, "\x01", false));
    Catalogue catalogue;
    catalogue.rebuild({token});
    REQUIRE(catalogue.identities().size() == 1);
    CHECK(catalogue.identities().front()->key->locations.size() == 1);
}

TEST_CASE("a private key on another curve with the same CKA_ID is not the certificate's") {
    const KeyPair key(SyntheticKey::ec);
    const auto token = synthetic_token("alice", true);
    token->certificates.push_back({"\x01", "mail", key.certificate({})});
    token->keys.push_back(scanned_key(key, "\x01", true, false));
    Catalogue catalogue;
    // secp384r1
    token->keys.back().parameters = "\x06\x05\x2b\x81\x04" + std::string(1, '\0') + "\x22";
    catalogue.rebuild({token});
    CHECK(catalogue.identities().empty());
    // prime256v1
    token->keys.back().parameters = "\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07";
    catalogue.rebuild({token});
    CHECK(catalogue.identities().size() == 1);
}

TEST_CASE("keys without a certificate that share a CKA_ID keep their own public keys") {
    const KeyPair first(SyntheticKey::ec);
    const KeyPair second(SyntheticKey::ec);
    const auto token = synthetic_token("alice", true);
    for (const auto* pair : {&first, &second}) {
        token->keys.push_back(scanned_key(*pair, "\x01", true, false));
        token->keys.push_back(scanned_key(*pair, "\x01", false));
        for (auto* key : {&token->keys.back(), &token->keys[token->keys.size() - 2]}) {
            key->label = pair == &first ? "first" : "second";
            key->handle = token->keys.size();
            key->parameters = "\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07";
        }
    }
    Catalogue catalogue;
    catalogue.rebuild({token});
    const auto bare = bare_keys(catalogue);
    REQUIRE(bare.size() == 2);
    for (const auto& key : bare) {
        REQUIRE(key.public_key);
        const auto info = key.public_key->subject_public_key_info();
        const auto& pair = key.shown.label == "first" ? first : second;
        CHECK(signet::cms::as_text(info).ends_with(pair.public_value()));
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
