#include "agent/list_notes.h"

#include "agent/agent.h"
#include "agent/catalogue.h"
#include "tests/agent/synthetic_token.h"
#include "tests/catch.h"

#include <algorithm>

using namespace signet::agent;
using namespace signet::tests;

namespace {

using Usages = std::vector<std::string>;

/// What a list of one token says.
struct Listed {
    explicit Listed(std::shared_ptr<TokenState> token) : m_token(std::move(token)) {}

    [[nodiscard]] const Identity& identity(const std::string& label) const {
        const auto& all = m_catalogue.identities();
        const auto place =
            std::find_if(all.begin(), all.end(), [&](const auto& one) { return one->label == label; });
        REQUIRE(place != all.end());
        return **place;
    }
    [[nodiscard]] std::string note(const std::string& label) const { return m_notes.of(identity(label)); }
    [[nodiscard]] Usages usages(const std::string& label) const { return m_notes.usages(identity(label)); }
    [[nodiscard]] const std::vector<BareKey>& bare() const { return m_bare; }
    [[nodiscard]] const ListNotes& notes() const { return m_notes; }

  private:
    std::shared_ptr<TokenState> m_token;
    Catalogue m_catalogue;
    std::vector<BareKey> m_bare = [this] {
        m_catalogue.rebuild({m_token});
        return bare_keys(m_catalogue);
    }();
    ListNotes m_notes{m_catalogue.identities(), m_bare, now_in_seconds()};
};

}  // namespace

TEST_CASE("an expired certificate and a retired key decrypt only, and a list says so") {
    const KeyPair expired(SyntheticKey::rsa);
    const KeyPair retired(SyntheticKey::rsa);
    const KeyPair good(SyntheticKey::rsa);
    const KeyPair future(SyntheticKey::ec);
    const KeyPair useless(SyntheticKey::ec);
    const auto token = synthetic_token("alice", true);
    token->certificates = {
        {"\x01", "expired", expired.certificate({"Alice", {}, {}, false, -20, -1})},
        {"\x02", "retired", retired.certificate({})},
        {"\x03", "good", good.certificate({})},
        {"\x04", "future", future.certificate({"Alice", {}, {}, false, 5, 30})},
        {"\x05", "useless", useless.certificate({"Alice", {}, "digitalSignature", false, -20, -1})},
    };
    token->keys = {scanned_key(expired, "\x01", true), scanned_key(retired, "\x02", true),
                   scanned_key(good, "\x03", true), scanned_key(future, "\x04", true),
                   scanned_key(useless, "\x05", true)};
    token->keys[1].sign = false;
    const Listed list(token);
    CHECK(list.note("expired") == "expired; decrypts only");
    CHECK(list.usages("expired") == Usages{"decrypt"});
    CHECK(list.note("retired") == "its key may not sign; decrypts only");
    CHECK(list.usages("retired") == Usages{"decrypt"});
    CHECK(list.note("good").empty());
    CHECK(list.usages("good") == Usages{"sign", "decrypt"});
    CHECK(list.note("future") == "not valid yet; decrypts only");
    CHECK(list.usages("future") == Usages{"decrypt"});
    CHECK(list.note("useless") == "expired; neither signs nor decrypts");
    CHECK(list.usages("useless").empty());
}

TEST_CASE("of several certificates on one key a list says which one signs") {
    const KeyPair key(SyntheticKey::rsa);
    const auto token = synthetic_token("alice", true);
    token->certificates = {
        {"\x01", "old", key.certificate({"Alice", {}, {}, false, -90, 30})},
        {"\x01", "new", key.certificate({"Alice", {}, {}, false, -1, 60})},
        {"\x01", "gone", key.certificate({"Alice", {}, {}, false, -90, -2})},
    };
    token->keys = {scanned_key(key, "\x01", true)};
    const Listed list(token);
    const auto newest = list.identity("new").fingerprint.substr(0, 16);
    CHECK(list.note("new") == "of the 3 certificates on its key this one signs");
    CHECK(list.note("old") == "of the 3 certificates on its key " + newest + " signs");
    CHECK(list.note("gone") ==
          "expired; decrypts only; of the 3 certificates on its key " + newest + " signs");
    SECTION("or that none does") {
        token->certificates.erase(token->certificates.begin(), token->certificates.begin() + 2);
        token->certificates.push_back({"\x01", "early", key.certificate({"Alice", {}, {}, false, 2, 3})});
        CHECK(Listed(token).note("gone") ==
              "expired; decrypts only; of the 2 certificates on its key none signs");
    }
}

TEST_CASE("what shares a label or a CKA_ID with another key is named as such") {
    const KeyPair first(SyntheticKey::rsa);
    const KeyPair second(SyntheticKey::rsa);
    const KeyPair bare(SyntheticKey::rsa);
    const auto token = synthetic_token("alice", true);
    token->certificates = {{"\x01", "mail", first.certificate({})},
                           {"\x02", "other", second.certificate({})}};
    token->keys = {scanned_key(first, "\x01", true), scanned_key(second, "\x02", true),
                   scanned_key(bare, "\x02", true)};
    for (std::size_t i = 0; i < token->keys.size(); ++i)
        token->keys[i].handle = i + 1;
    token->keys[2].label = "mail";
    const Listed list(token);
    CHECK(list.note("mail") == "another key has the same label");
    CHECK(list.note("other") == "another key on its token has the same CKA_ID");
    REQUIRE(list.bare().size() == 1);
    CHECK(list.notes().of(list.bare().front()) ==
          "no certificate; another key has the same label; another key on its token has the same CKA_ID");
}

TEST_CASE("before the login a list says that keys show after it") {
    const KeyPair key(SyntheticKey::rsa);
    const auto token = synthetic_token("alice");
    token->certificates = {{"\x01", "mail", key.certificate({})}};
    const Listed list(token);
    CHECK(list.note("mail") == "its private key shows after a login");
    CHECK(list.usages("mail") == Usages{"sign", "decrypt"});
}
