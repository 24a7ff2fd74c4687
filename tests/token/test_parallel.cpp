#include <map>

#include "tests/catch.h"
#include "tests/token/loaded_token.h"
#include "tests/token/peer_key.h"

using namespace signet::tests;

namespace {

protocol::Request sign_request(const protocol::Key& key, std::uint64_t id, const std::string& digest) {
    protocol::Request request;
    request.set_id(id);
    protocol::Sign& sign = *request.mutable_sign();
    sign.set_slot(key.slot());
    sign.set_key(key.handle());
    sign.set_scheme(protocol::ECDSA);
    sign.set_hash(protocol::HASH_SHA256);
    sign.set_digest(digest);
    return request;
}

/// Sends `count` requests, eight at a time, and checks that each is answered once, with its own signature.
void check_many(LoadedToken& token, const protocol::Key& key, EVP_PKEY* peer, std::uint64_t count) {
    constexpr std::uint64_t in_flight = 8;
    constexpr std::uint64_t first_id = 1'000'000;
    std::map<std::uint64_t, std::string> digests;
    for (std::uint64_t sent = 0, answered = 0; answered < count; ++answered) {
        for (; sent < count && sent - answered < in_flight; ++sent) {
            const std::string digest = digest_of(protocol::HASH_SHA256, "text " + std::to_string(sent));
            digests[first_id + sent] = digest;
            token.process().send(sign_request(key, first_id + sent, digest).SerializeAsString());
        }
        const auto reply = token.process().receive();
        REQUIRE(reply);
        REQUIRE(reply->outcome() == protocol::OK);
        const auto digest = digests.find(reply->id());
        REQUIRE(digest != digests.end());
        REQUIRE(verifies(peer, protocol::ECDSA, protocol::HASH_SHA256, digest->second, reply->output()));
        digests.erase(digest);
    }
}

}  // namespace

TEST_CASE("Four workers answer many requests, each with its own signature") {
    SoftHsmToken softhsm;
    const auto peer = public_key(softhsm.generate(KeyType::p256, "p256", "01"));
    LoadedToken token(softhsm, 4);
    check_many(token, token.open().private_key("p256"), peer.get(), 400);
}

TEST_CASE("Three hanging operations do not keep the fourth worker from its own") {
    SoftHsmToken softhsm;
    const auto peer = public_key(softhsm.generate(KeyType::p256, "p256", "01"));
    const FaultScript faults;
    LoadedToken token(softhsm, 4, &faults);
    const protocol::Key key = token.open().private_key("p256");
    faults.set("C_Sign hang times 3");
    for (std::uint64_t id = 1; id <= 4; ++id)
        token.process().send(
            sign_request(key, id, digest_of(protocol::HASH_SHA256, "text")).SerializeAsString());
    const auto reply = token.process().receive();
    REQUIRE(reply);
    CHECK(reply->outcome() == protocol::OK);
    CHECK_FALSE(reply->output().empty());
}

TEST_CASE("A token with a single session serves four workers") {
    SoftHsmToken softhsm;
    const auto peer = public_key(softhsm.generate(KeyType::p256, "p256", "01"));
    const FaultScript faults;
    faults.set("C_OpenSession error CKR_SESSION_COUNT after 1");
    LoadedToken token(softhsm, 4, &faults);
    check_many(token, token.open().private_key("p256"), peer.get(), 100);
}

TEST_CASE("A token with two sessions serves four workers") {
    SoftHsmToken softhsm;
    const auto peer = public_key(softhsm.generate(KeyType::p256, "p256", "01"));
    const FaultScript faults;
    faults.set("C_OpenSession error CKR_SESSION_COUNT after 2");
    LoadedToken token(softhsm, 4, &faults);
    check_many(token, token.open().private_key("p256"), peer.get(), 100);
}
