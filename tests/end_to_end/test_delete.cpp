// Keys that are deleted where it is not plain which objects are theirs, and while the token fails.
#include "tests/end_to_end/faulty_module.h"
#include "tests/end_to_end/session.h"

using namespace signet::tests;

namespace {

/// Alice's token behind the faulty module, and an agent that begins when the keys are there: pkcs11-tool and
/// a scan at once leave SoftHSM without a token for a moment.
struct Card {
    explicit Card(const std::vector<KeyType>& types = {}) : alice(types) {}

    void begin() { agent.emplace(module.setup(alice.token(), "10s")); }
    ProcessResult signet(const Arguments& command, std::optional<std::string> stdin_text = {}) const {
        return agent->signet(command, {.stdin_text = std::move(stdin_text)});
    }
    /// When the agent has the token, also after its process was replaced.
    void unlock() const {
        REQUIRE(wait_until([this] {
            return signet({"unlock", "--pin-stdin"}, SoftHsmToken::default_pin_line).status == 0;
        }));
    }

    Alice alice;
    FaultyModule module;
    std::optional<AgentProcess> agent{};
};

/// The labels of the keys on the token, by class, each as "privkey k1 ".
std::string keys_on(Card& card) {
    std::string found;
    for (const std::string type : {"privkey", "pubkey"}) {
        const std::string text = card.alice.token().pkcs11_tool({"--list-objects", "--type", type}).out;
        const std::string title = "label:      ";
        for (auto at = text.find(title); at != std::string::npos; at = text.find(title, at + 1)) {
            const auto start = at + title.size();
            found += type + " " + text.substr(start, text.find('\n', start) - start) + " ";
        }
    }
    return found;
}

bool has(Card& card, const std::string& key) {
    return keys_on(card).find(key + " ") != std::string::npos;
}

/// Two keys with one CKA_ID, and an agent.
void make_two(Card& card, KeyType type, const std::string& first, const std::string& second) {
    card.alice.token().generate(type, first, "aa");
    card.alice.token().generate(type, second, "aa");
    card.begin();
}

ProcessResult remove(const Card& card, const std::string& name) {
    return card.signet({"token", "delete", "--yes", name});
}

}  // namespace

TEST_CASE("of two keys with one CKA_ID the one that is named goes with its public half, the other stays") {
    const auto type = GENERATE(KeyType::p256, KeyType::rsa2048);
    const auto [gone, stays] = GENERATE(std::pair<std::string, std::string>{"k1", "k2"},
                                        std::pair<std::string, std::string>{"k2", "k1"});
    CAPTURE(type, gone);
    Card card;
    make_two(card, type, "k1", "k2");
    SECTION("on a token that works") {}
    SECTION("and the process ends in between") {
        // The handles of the fresh one are others.
        card.module.follow("C_DestroyObject delay 1ms times 1\nC_FindObjectsInit crash times 1 once 1");
    }
    check_done(remove(card, gone));
    CHECK_FALSE(has(card, "privkey " + gone));
    CHECK_FALSE(has(card, "pubkey " + gone));
    CHECK(has(card, "privkey " + stays));
    CHECK(has(card, "pubkey " + stays));
    card.unlock();
    check_done(remove(card, stays));
    CHECK(keys_on(card).empty());
}

TEST_CASE("where nothing tells two keys apart, none is deleted") {
    Card card;
    make_two(card, KeyType::p256, "same", "same");
    const auto before = keys_on(card);
    card.unlock();
    check_refused(remove(card, "same"), 4);
    check_refused(remove(card, "pkcs11:id=%AA"), 4);
    CHECK(keys_on(card) == before);
}

TEST_CASE("a key whose public half may be another's is not deleted") {
    Card card;
    auto& token = card.alice.token();
    for (const std::string label : {"k1", "k2", "k3"})
        token.generate(KeyType::p256, label, "aa");
    check_done(token.pkcs11_tool({"--delete-object", "--type", "privkey", "--label", "k2"}));
    check_done(token.pkcs11_tool({"--delete-object", "--type", "pubkey", "--label", "k3"}));
    // The public keys k1 and k2, the private keys k1 and k3.
    const auto before = keys_on(card);
    card.begin();
    card.unlock();
    const auto result = remove(card, "k3");
    check_refused(result, 4);
    CHECK_THAT(result.err, Catch::Contains("public"));
    CHECK(keys_on(card) == before);
    card.unlock();
    check_done(remove(card, "k1"));
    CHECK_FALSE(has(card, "privkey k1"));
    CHECK(has(card, "privkey k3"));
    CHECK(has(card, "pubkey k2"));
}

TEST_CASE("an identity goes with its own private key, though another key has its CKA_ID") {
    Card card({KeyType::p256});
    card.alice.token().generate(KeyType::p256, "other", card.alice.identities().front().id);
    card.begin();
    check_done(card.signet({"token", "delete", "--yes", "--force", "alice.p256@example.org"}));
    CHECK(keys_on(card) == "privkey other pubkey other ");
    CHECK(card.alice.token().pkcs11_tool({"--list-objects", "--type", "cert"}).out.empty());
}

TEST_CASE("a deletion that the token does not do is no success") {
    Card card;
    card.begin();
    check_done(card.signet({"token", "keygen", "-l", "k1", "--type", "p-256"}));
    SECTION("it says that it has, and has not") {
        card.module.follow("C_DestroyObject error CKR_OK");
        const auto result = remove(card, "k1");
        check_refused(result, 6);
        CHECK_THAT(result.err, Catch::Contains("still"));
        CHECK(has(card, "privkey k1"));
        CHECK(has(card, "pubkey k1"));
    }
    SECTION("it does not know the object") {
        card.module.follow("C_DestroyObject error CKR_OBJECT_HANDLE_INVALID");
        check_refused(remove(card, "k1"), 6);
        CHECK(has(card, "privkey k1"));
    }
    SECTION("it fails after the public half, and that is said") {
        card.module.follow("C_DestroyObject error CKR_FUNCTION_FAILED after 1 times 1");
        const auto result = remove(card, "k1");
        check_refused(result, 6);
        CHECK_THAT(result.err, Catch::Contains("deleted: a public key"));
        CHECK_THAT(result.err, Catch::Contains("not deleted: the private key"));
        CHECK(has(card, "privkey k1"));
        CHECK_FALSE(has(card, "pubkey k1"));
        card.unlock();
        check_done(remove(card, "k1"));
        CHECK(keys_on(card).empty());
    }
    SECTION("it may have the private key deleted when its process ends, and that is said") {
        card.module.follow("C_DestroyObject crash after 1 times 1");
        const auto result = remove(card, "k1");
        check_refused(result, 6);
        CHECK_THAT(result.err, Catch::Contains("deleted: a public key"));
        CHECK_THAT(result.err, Catch::Contains("did not say whether"));
        CHECK(has(card, "privkey k1"));
    }
}
