// Which keys of a token are the halves of one pair, where that cannot be undone.
#include "agent/key_index.h"

#include "tests/catch.h"

#include <cstdint>
#include <string>
#include <vector>

using namespace signet::agent;

namespace {

constexpr const char* p256 = "\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07";
constexpr const char* brainpool = "\x06\x09\x2b\x24\x03\x03\x02\x08\x01\x01\x07";

/// A token whose keys have one CKA_ID, and each a handle of its own from 1 on.
struct Keys {
    ScannedKey& add(bool is_private, const std::string& label, const std::string& value) {
        ScannedKey key;
        key.handle = token.keys.size() + 1;
        key.is_private = is_private;
        key.id = "\xaa";
        key.label = label;
        key.type = ScannedKeyType::ec;
        key.public_value = value;
        token.keys.push_back(key);
        return token.keys.back();
    }
    ScannedKey& add_private(const std::string& label, const std::string& value = {}) {
        return add(true, label, value);
    }
    ScannedKey& add_public(const std::string& label, const std::string& value) {
        return add(false, label, value);
    }

    /// The public halves of the key with that handle, by theirs.
    [[nodiscard]] std::vector<std::uint64_t> halves(std::uint64_t handle) const {
        std::vector<std::uint64_t> handles;
        for (const auto* key : found(handle).keys)
            handles.push_back(key->handle);
        return handles;
    }
    [[nodiscard]] bool is_ambiguous(std::uint64_t handle) const { return found(handle).is_ambiguous; }
    [[nodiscard]] std::string value(std::uint64_t handle) const {
        return KeyIndex(token).value_of(token.keys.at(handle - 1));
    }
    /// The private key of the public one with that handle; 0 for none.
    [[nodiscard]] std::uint64_t private_of(std::uint64_t handle) const {
        const auto named = KeyIndex(token).private_of(token.keys.at(handle - 1));
        return named.key == nullptr ? 0 : named.key->handle;
    }

    TokenState token;

  private:
    [[nodiscard]] PublicHalves found(std::uint64_t handle) const {
        return KeyIndex(token).public_halves(token.keys.at(handle - 1));
    }
};

using Handles = std::vector<std::uint64_t>;

}  // namespace

TEST_CASE("a private key that shows its public value has the public keys with it, whatever their IDs") {
    Keys keys;
    keys.add_private("a", "point 1");
    keys.add_public("b", "point 2");
    keys.add_public("c", "point 1").id = "\xbb";
    keys.add_public("d", "point 1").id = "";
    CHECK(keys.halves(1) == Handles{3, 4});
    CHECK(keys.value(1) == "point 1");
    CHECK(keys.private_of(3) == 1);
    CHECK(keys.private_of(4) == 1);
}

TEST_CASE("one that shows none has the public keys with its CKA_ID, if they are one key") {
    Keys keys;
    keys.add_private("a");
    SECTION("once") {
        keys.add_public("other label", "point 1");
        CHECK(keys.halves(1) == Handles{2});
        CHECK(keys.value(1) == "point 1");
    }
    SECTION("or several times") {
        keys.add_public("b", "point 1");
        keys.add_public("c", "point 1");
        CHECK(keys.halves(1) == Handles{2, 3});
        CHECK(keys.private_of(2) == 1);
        CHECK(keys.private_of(3) == 1);
    }
    SECTION("but not those of a key that shows its value") {
        keys.add_public("b", "point 1");
        keys.add_public("c", "point 2");
        keys.add_private("d", "point 2");
        CHECK(keys.halves(1) == Handles{2});
        CHECK(keys.halves(4) == Handles{3});
    }
    SECTION("nor those of another type") {
        keys.add_public("a", "point 1").type = ScannedKeyType::rsa;
        CHECK(keys.halves(1).empty());
        CHECK_FALSE(keys.is_ambiguous(1));
    }
    SECTION("nor several that show no value either, unless the label tells") {
        keys.add_public("b", "");
        keys.add_public("c", "");
        CHECK(keys.is_ambiguous(1));
        keys.token.keys[2].label = "a";
        CHECK(keys.halves(1) == Handles{3});
        CHECK(keys.value(1).empty());
    }
    SECTION("and none without a CKA_ID") {
        keys.token.keys[0].id = "";
        keys.add_public("a", "point 1").id = "";
        CHECK(keys.halves(1).empty());
        CHECK_FALSE(keys.is_ambiguous(1));
        CHECK(keys.private_of(2) == 0);
    }
}

TEST_CASE("of private keys with one CKA_ID the labels tell the public ones apart, or nothing does") {
    Keys keys;
    keys.add_private("a");
    keys.add_private("b");
    CHECK(KeyIndex(keys.token).shares_id(keys.token.keys[0]));
    SECTION("each its own") {
        keys.add_public("b", "point b");
        keys.add_public("a", "point a");
        CHECK(keys.halves(1) == Handles{4});
        CHECK(keys.halves(2) == Handles{3});
        CHECK(keys.private_of(3) == 2);
        CHECK(keys.private_of(4) == 1);
    }
    SECTION("not one that another public key has, too") {
        keys.add_public("a", "point 1");
        keys.add_public("a", "point 2");
        CHECK(keys.halves(1).empty());
        CHECK(keys.is_ambiguous(1));
        CHECK(keys.private_of(3) == 0);
    }
    SECTION("not one that both have") {
        keys.token.keys[1].label = "a";
        keys.add_public("a", "point 1");
        CHECK(keys.halves(1).empty());
        CHECK(keys.is_ambiguous(1));
        // Copies of one key, perhaps: what is signed with the first shows whether it is right.
        CHECK(keys.private_of(3) == 1);
    }
    SECTION("none, where all there are bear the label of the other") {
        keys.add_public("b", "point b");
        CHECK(keys.halves(1).empty());
        CHECK_FALSE(keys.is_ambiguous(1));
        CHECK(keys.halves(2) == Handles{3});
    }
    SECTION("nor one that may be anybody's") {
        keys.add_public("c", "point c");
        CHECK(keys.is_ambiguous(1));
        CHECK(keys.is_ambiguous(2));
    }
}

TEST_CASE("the curve tells which private key is a public one's") {
    Keys keys;
    keys.add_private("same").parameters = brainpool;
    keys.add_private("same").parameters = p256;
    keys.add_public("same", "point 1").parameters = p256;
    CHECK(keys.private_of(3) == 2);
    keys.token.keys.erase(keys.token.keys.begin() + 1);
    CHECK(keys.private_of(2) == 0);
}

TEST_CASE("keys of types that are not supported are pairs if their CKA_KEY_TYPE is the same") {
    Keys keys;
    keys.add_private("a");
    keys.add_private("b");
    keys.add_public("b", "");
    for (auto& key : keys.token.keys) {
        key.type = ScannedKeyType::unknown;
        key.key_type = key.label == "a" ? 77 : 78;
    }
    CHECK(keys.halves(1).empty());
    CHECK_FALSE(keys.is_ambiguous(1));
    CHECK(keys.halves(2) == Handles{3});
    CHECK_FALSE(KeyIndex(keys.token).shares_id(keys.token.keys[0]));
}
