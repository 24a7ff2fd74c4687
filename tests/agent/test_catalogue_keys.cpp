// Which private key is a certificate's: by CKA_ID and public key.
#include "agent/catalogue.h"

#include "agent/bare_key.h"
#include "tests/agent/synthetic_token.h"
#include "tests/catch.h"

#include <algorithm>

using namespace signet::agent;
using namespace signet::tests;

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
