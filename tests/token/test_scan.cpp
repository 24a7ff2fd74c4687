#include <p11-kit/pkcs11.h>

#include <algorithm>

#include "tests/catch.h"
#include "tests/fixtures/file.h"
#include "tests/fixtures/test_ca.h"
#include "tests/token/loaded_token.h"
#include "tests/token/peer_key.h"

using namespace signet::tests;

TEST_CASE("A scan shows the token, its certificates and its keys") {
    SoftHsmToken softhsm("a token");
    const std::string rsa = softhsm.generate(KeyType::rsa2048, "rsa", "01");
    const std::string p256 = softhsm.generate(KeyType::p256, "p256", "02");
    const std::string p521 = softhsm.generate(KeyType::p521, "p521", "0304");
    TestCa ca;
    const IssuedCertificate certificate = ca.issue({.public_key_pem = rsa, .common_name = "Alice"});
    softhsm.import_certificate(certificate.der, "Alice's", "01");
    LoadedToken token(softhsm);

    SECTION("before a login: no private key") {
        const Scanned scanned = token.scan();
        CHECK(scanned.token.label() == "a token");
        CHECK(scanned.token.manufacturer() == "SoftHSM project");
        CHECK_FALSE(scanned.token.serial().empty());
        CHECK_FALSE(scanned.token.logged_in());
        CHECK((scanned.token.flags() & CKF_LOGIN_REQUIRED) != 0);
        const auto& mechanisms = scanned.token.mechanism();
        CHECK(std::find(mechanisms.begin(), mechanisms.end(), CKM_RSA_PKCS_PSS) != mechanisms.end());
        REQUIRE(scanned.certificates.size() == 1);
        CHECK(scanned.certificates[0].label() == "Alice's");
        CHECK(scanned.certificates[0].id() == "\x01");
        CHECK(scanned.certificates[0].der() == read_file(certificate.der));
        CHECK(std::none_of(scanned.keys.begin(), scanned.keys.end(),
                           [](const protocol::Key& key) { return key.is_private(); }));
    }
    SECTION("after a login: private keys with what they may do") {
        const Scanned scanned = token.open();
        CHECK(scanned.token.logged_in());
        CHECK(scanned.keys.size() == 6);
        const protocol::Key& key = scanned.private_key("rsa");
        CHECK(key.type() == protocol::RSA);
        CHECK(key.sign());
        CHECK(key.decrypt());
        CHECK_FALSE(key.derive());
        CHECK_FALSE(key.always_authenticate());
        CHECK(key.public_value().size() == 256);
        CHECK(key.public_value().front() != '\0');
        CHECK(scanned.private_key("p256").type() == protocol::EC);
        CHECK(scanned.private_key("p256").derive());
        CHECK(scanned.private_key("p521").id() == "\x03\x04");
    }
    SECTION("the points of public keys are bare") {
        const Scanned scanned = token.scan();
        for (const auto& [label, pem] : {std::pair("p256", p256), std::pair("p521", p521)}) {
            INFO(label);
            const auto key =
                std::find_if(scanned.keys.begin(), scanned.keys.end(),
                             [label = label](const protocol::Key& k) { return k.label() == label; });
            REQUIRE(key != scanned.keys.end());
            CHECK(key->public_value() == point_of(public_key(pem).get()));
        }
    }
}

TEST_CASE("A key of a type that is unknown here does not disturb the others") {
    SoftHsmToken softhsm;
    softhsm.import_dsa("dsa", "05");
    const std::string pem = softhsm.generate(KeyType::p256, "p256", "02");
    LoadedToken token(softhsm);
    const Scanned scanned = token.open();
    const protocol::Key& dsa = scanned.private_key("dsa");
    CHECK(dsa.type() == protocol::UNKNOWN_KEY);
    CHECK(dsa.key_type() == CKK_DSA);
    const std::string digest = digest_of(protocol::HASH_SHA256, "text");
    const auto reply =
        token.sign(scanned.private_key("p256"), protocol::ECDSA, protocol::HASH_SHA256, digest);
    CHECK(verifies(public_key(pem).get(), protocol::ECDSA, protocol::HASH_SHA256, digest, reply.output()));
}

TEST_CASE("Keys of Edwards curves show their type and their public value") {
    SoftHsmToken softhsm;
    const std::vector<std::pair<std::string, std::string>> made = {
        {"ed25519", softhsm.generate(KeyType::ed25519, "ed25519", "05")},
        {"ed448", softhsm.generate(KeyType::ed448, "ed448", "06")}};
    LoadedToken token(softhsm);
    const Scanned scanned = token.open();
    for (const auto& [label, pem] : made) {
        INFO(label);
        CHECK(scanned.private_key(label).type() == protocol::EDWARDS);
        CHECK(scanned.private_key(label).sign());
        const auto key = std::find_if(
            scanned.keys.begin(), scanned.keys.end(),
            [label = label](const protocol::Key& k) { return k.label() == label && !k.is_private(); });
        REQUIRE(key != scanned.keys.end());
        CHECK(key->type() == protocol::EDWARDS);
        CHECK(key->public_value() == point_of(public_key(pem).get()));
    }
}

TEST_CASE("One slot is scanned alone, and an unknown or uninitialised one is absent") {
    const SoftHsmToken softhsm;
    LoadedToken token(softhsm);
    protocol::Request request;
    request.mutable_scan()->set_slot(token.slot());
    const auto replies = token.process().replies(request);
    REQUIRE(replies.size() == 2);
    CHECK(replies[0].token().slot() == token.slot());
    CHECK(replies[1].outcome() == protocol::OK);

    // SoftHSM's next slot, whose token waits to be initialised, and one that it does not have.
    for (const std::uint64_t slot : {std::uint64_t{1}, std::uint64_t{0xdeadbeef}}) {
        request.mutable_scan()->set_slot(slot);
        const auto reply = token.process().reply(request);
        CHECK(reply.outcome() == protocol::TOKEN_ABSENT);
        CHECK_FALSE(reply.has_token());
    }
}

TEST_CASE("A token without any object, and no token at all") {
    const SoftHsmToken softhsm;
    LoadedToken token(softhsm);
    CHECK(token.scan().keys.empty());

    const TemporaryFolder folder;
    write_file(folder / "softhsm2.conf", "directories.tokendir = " + folder.path().string() + "\n");
    TokenProcess empty({{"SOFTHSM2_CONF", (folder / "softhsm2.conf").string()}});
    const auto loaded = empty.load(SoftHsmToken::module_path(), 2);
    CHECK(loaded.loaded().workers() == 2);
    protocol::Request request;
    request.mutable_scan();
    CHECK(empty.reply(request).outcome() == protocol::OK);
}

TEST_CASE("A token that fails is skipped, and one that is not there is left out") {
    const SoftHsmToken softhsm;
    const FaultScript faults;
    LoadedToken token(softhsm, 1, &faults);
    const std::uint64_t slot = token.slot();
    const auto scan = [&](const std::string& script) {
        faults.set(script);
        protocol::Request request;
        request.mutable_scan();
        const auto replies = token.process().replies(request);
        CHECK(replies.back().outcome() == protocol::OK);
        CHECK(
            std::none_of(replies.begin(), replies.end(), [](const auto& part) { return part.has_token(); }));
        return std::any_of(replies.begin(), replies.end(), [slot](const auto& part) {
            return part.has_skipped() && part.skipped().slot() == slot;
        });
    };
    CHECK(scan("C_GetTokenInfo error CKR_DEVICE_ERROR"));
    CHECK_FALSE(scan("C_GetTokenInfo error CKR_TOKEN_NOT_PRESENT"));
}
