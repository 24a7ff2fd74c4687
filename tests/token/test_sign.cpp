#include "tests/catch.h"
#include "tests/token/loaded_token.h"
#include "tests/token/peer_key.h"

using namespace signet::tests;

namespace {

constexpr protocol::Hash signing_hashes[] = {protocol::HASH_SHA256, protocol::HASH_SHA384,
                                             protocol::HASH_SHA512};

void check_signatures(LoadedToken& token, const protocol::Key& key, const std::string& pem,
                      protocol::SignScheme scheme) {
    const auto peer = public_key(pem);
    for (const protocol::Hash hash : signing_hashes) {
        INFO(protocol::SignScheme_Name(scheme) << " with " << protocol::Hash_Name(hash));
        const std::string digest = digest_of(hash, "a text");
        const protocol::Reply reply = token.sign(key, scheme, hash, digest);
        CHECK(reply.outcome() == protocol::OK);
        CHECK(verifies(peer.get(), scheme, hash, digest, reply.output()));
        CHECK_FALSE(verifies(peer.get(), scheme, hash, digest_of(hash, "another"), reply.output()));
    }
}

}  // namespace

TEST_CASE("RSA signatures, v1.5 and PSS, verify for each hash") {
    SoftHsmToken softhsm;
    const std::string pem = softhsm.generate(KeyType::rsa2048, "rsa", "01");
    LoadedToken token(softhsm);
    const Scanned scanned = token.open();
    check_signatures(token, scanned.private_key("rsa"), pem, protocol::RSA_PKCS1);
    check_signatures(token, scanned.private_key("rsa"), pem, protocol::RSA_PSS);
}

TEST_CASE("ECDSA signatures verify for each curve and hash") {
    SoftHsmToken softhsm;
    const std::string p256 = softhsm.generate(KeyType::p256, "p256", "01");
    const std::string p384 = softhsm.generate(KeyType::p384, "p384", "02");
    const std::string p521 = softhsm.generate(KeyType::p521, "p521", "03");
    LoadedToken token(softhsm);
    const Scanned scanned = token.open();
    check_signatures(token, scanned.private_key("p256"), p256, protocol::ECDSA);
    check_signatures(token, scanned.private_key("p384"), p384, protocol::ECDSA);
    check_signatures(token, scanned.private_key("p521"), p521, protocol::ECDSA);
}

TEST_CASE("What makes no sense is not signed") {
    SoftHsmToken softhsm;
    softhsm.generate(KeyType::rsa2048, "rsa", "01");
    const FaultScript faults;
    LoadedToken token(softhsm, 1, &faults);
    const Scanned scanned = token.open();
    const protocol::Key& key = scanned.private_key("rsa");
    // Nothing of this may reach the module.
    faults.set("C_SignInit crash");
    const std::string digest = digest_of(protocol::HASH_SHA256, "text");
    CHECK(token.sign(key, protocol::RSA_PKCS1, protocol::HASH_SHA256, digest + "x").outcome() ==
          protocol::BAD_REQUEST);
    CHECK(token.sign(key, protocol::RSA_PKCS1, protocol::HASH_SHA384, digest).outcome() ==
          protocol::BAD_REQUEST);
    CHECK(token.sign(key, protocol::RSA_PKCS1, protocol::HASH_SHA256, "").outcome() == protocol::BAD_REQUEST);
    CHECK(token.sign(key, protocol::RSA_PKCS1, protocol::NO_HASH, "").outcome() == protocol::BAD_REQUEST);
    CHECK(token.sign(key, protocol::RSA_PKCS1, protocol::HASH_SHA1, digest_of(protocol::HASH_SHA1, "text"))
              .outcome() == protocol::BAD_REQUEST);
    CHECK(token.sign(key, protocol::SIGN_UNSPECIFIED, protocol::HASH_SHA256, digest).outcome() ==
          protocol::BAD_REQUEST);
}

TEST_CASE("Keys that are gone, absent or locked are told apart") {
    SoftHsmToken softhsm;
    softhsm.generate(KeyType::p256, "p256", "01");
    LoadedToken token(softhsm);
    const Scanned scanned = token.open();
    const protocol::Key& key = scanned.private_key("p256");
    const std::string digest = digest_of(protocol::HASH_SHA256, "text");
    const auto outcome = [&](const protocol::Key& used) {
        return token.sign(used, protocol::ECDSA, protocol::HASH_SHA256, digest).outcome();
    };
    protocol::Key other = key;
    other.set_handle(key.handle() + 1000);
    CHECK(outcome(other) == protocol::KEY_GONE);
    other = key;
    other.set_slot(0xdeadbeef);
    CHECK(outcome(other) == protocol::TOKEN_ABSENT);

    REQUIRE(token.logout().outcome() == protocol::OK);
    const protocol::Outcome locked = outcome(key);
    CHECK((locked == protocol::NOT_LOGGED_IN || locked == protocol::KEY_GONE));
}

TEST_CASE("EdDSA signs the message itself") {
    SoftHsmToken softhsm;
    const std::string ed25519 = softhsm.generate(KeyType::ed25519, "ed25519", "01");
    const std::string ed448 = softhsm.generate(KeyType::ed448, "ed448", "02");
    LoadedToken token(softhsm);
    const Scanned scanned = token.open();
    const std::string message(1500, 'm');
    const auto check = [&](const char* label, protocol::SignScheme scheme, const std::string& pem) {
        INFO(label);
        const auto reply = token.sign_message(scanned.private_key(label), scheme, protocol::NO_HASH, message);
        CHECK(reply.outcome() == protocol::OK);
        CHECK(verifies_message(public_key(pem).get(), message, reply.output()));
        CHECK_FALSE(verifies_message(public_key(pem).get(), message + "x", reply.output()));
    };
    check("ed25519", protocol::ED25519, ed25519);
    check("ed448", protocol::ED448, ed448);
}

TEST_CASE("A token that signs no digests hashes the message itself") {
    SoftHsmToken softhsm;
    const std::string rsa = softhsm.generate(KeyType::rsa2048, "rsa", "01");
    const FaultScript faults;
    LoadedToken token(softhsm, 1, &faults);
    const Scanned scanned = token.open();
    const protocol::Key& key = scanned.private_key("rsa");
    faults.set("C_GetMechanismList without 0x1\nC_GetMechanismList without 0xd\n");
    for (const protocol::SignScheme scheme : {protocol::RSA_PKCS1, protocol::RSA_PSS}) {
        for (const protocol::Hash hash : signing_hashes) {
            INFO(protocol::SignScheme_Name(scheme) << " with " << protocol::Hash_Name(hash));
            const std::string digest = digest_of(hash, "a text");
            CHECK(token.sign(key, scheme, hash, digest).outcome() == protocol::CANNOT);
            const auto reply = token.sign_message(key, scheme, hash, "a text");
            CHECK(reply.outcome() == protocol::OK);
            CHECK(verifies(public_key(rsa).get(), scheme, hash, digest, reply.output()));
        }
    }
}

TEST_CASE("Where a message is signed, there is one, and of bounded length") {
    SoftHsmToken softhsm;
    softhsm.generate(KeyType::ed25519, "ed", "01");
    const FaultScript faults;
    LoadedToken token(softhsm, 1, &faults);
    const Scanned scanned = token.open();
    const protocol::Key& key = scanned.private_key("ed");
    faults.set("C_SignInit crash");
    const auto outcome = [&](protocol::SignScheme scheme, protocol::Hash hash, const std::string& message) {
        return token.sign_message(key, scheme, hash, message).outcome();
    };
    CHECK(outcome(protocol::ED25519, protocol::NO_HASH, "") == protocol::BAD_REQUEST);
    CHECK(outcome(protocol::RSA_PKCS1, protocol::HASH_SHA256, "") == protocol::BAD_REQUEST);
    CHECK(outcome(protocol::ED25519, protocol::NO_HASH, std::string(64 * 1024 + 1, 'm')) ==
          protocol::BAD_REQUEST);
    CHECK(outcome(protocol::ED25519, protocol::HASH_SHA512, "text") == protocol::BAD_REQUEST);
    const std::string digest = digest_of(protocol::HASH_SHA512, "text");
    CHECK(token.sign(key, protocol::ED25519, protocol::HASH_SHA512, digest).outcome() ==
          protocol::BAD_REQUEST);
}
