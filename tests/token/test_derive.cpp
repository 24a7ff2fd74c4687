#include <algorithm>

#include "tests/catch.h"
#include "tests/token/loaded_token.h"
#include "tests/token/peer_key.h"

using namespace signet::tests;

TEST_CASE("Both sides of a key agreement get the same secret") {
    SoftHsmToken softhsm;
    struct Curve {
        KeyType type;
        const char* name;
        unsigned length;
    };
    const std::vector<Curve> curves = {
        {KeyType::p256, "P-256", 32}, {KeyType::p384, "P-384", 48}, {KeyType::p521, "P-521", 66}};
    std::vector<std::string> pems;
    pems.reserve(curves.size());
    for (const Curve& curve : curves)
        pems.push_back(softhsm.generate(curve.type, curve.name, "0" + std::to_string(pems.size())));
    LoadedToken token(softhsm);
    const Scanned scanned = token.open();
    for (std::size_t i = 0; i < curves.size(); ++i) {
        INFO(curves[i].name);
        const auto theirs = public_key(pems[i]);
        // Enough for a leading zero to come by now and then.
        for (int round = 0; round < 20; ++round) {
            const auto ours = fresh_ec_key(curves[i].name);
            const auto reply =
                token.derive(scanned.private_key(curves[i].name), point_of(ours.get()), curves[i].length);
            REQUIRE(reply.outcome() == protocol::OK);
            REQUIRE(reply.output() == shared_secret(ours.get(), theirs.get()));
        }
    }
}

TEST_CASE("X25519 and X448 agree on the same secret") {
    SoftHsmToken softhsm;
    const std::string x25519 = softhsm.import_montgomery("X25519", "x25519", "01");
    const std::string x448 = softhsm.import_montgomery("X448", "x448", "02");
    LoadedToken token(softhsm);
    const Scanned scanned = token.open();
    const auto check = [&](const char* name, const std::string& pem, unsigned length) {
        INFO(name);
        const auto theirs = public_key(pem);
        const auto& key = scanned.private_key(name);
        CHECK(key.type() == protocol::MONTGOMERY);
        CHECK(key.derive());
        const auto shown =
            std::find_if(scanned.keys.begin(), scanned.keys.end(),
                         [&](const protocol::Key& k) { return k.label() == name && !k.is_private(); });
        REQUIRE(shown != scanned.keys.end());
        CHECK(shown->public_value() == point_of(theirs.get()));
        const auto ours = fresh_montgomery_key(length);
        const auto reply = token.derive(key, point_of(ours.get()), length);
        CHECK(reply.outcome() == protocol::OK);
        CHECK(reply.output() == shared_secret(ours.get(), theirs.get()));
        CHECK(token.derive(key, point_of(ours.get()) + "x", length).outcome() == protocol::INPUT_REFUSED);
    };
    check("x25519", x25519, 32);
    check("x448", x448, 56);
}

TEST_CASE("A derivation leaves no object on the token") {
    SoftHsmToken softhsm;
    softhsm.generate(KeyType::p256, "p256", "01");
    LoadedToken token(softhsm);
    const Scanned scanned = token.open();
    const auto ours = fresh_ec_key("P-256");
    REQUIRE(token.derive(scanned.private_key("p256"), point_of(ours.get()), 32).outcome() == protocol::OK);
    CHECK(softhsm.pkcs11_tool({"--list-objects", "--type", "secrkey"}).out.find("Secret Key") ==
          std::string::npos);
}

TEST_CASE("Points that are none are refused as input") {
    SoftHsmToken softhsm;
    softhsm.generate(KeyType::p256, "p256", "01");
    LoadedToken token(softhsm);
    const Scanned scanned = token.open();
    const protocol::Key& key = scanned.private_key("p256");
    const std::string point = point_of(fresh_ec_key("P-256").get());
    std::string off_curve = point;
    off_curve.back() = static_cast<char>(off_curve.back() ^ 1);
    CHECK(token.derive(key, off_curve, 32).outcome() == protocol::INPUT_REFUSED);
    CHECK(token.derive(key, "", 32).outcome() == protocol::INPUT_REFUSED);
    CHECK(token.derive(key, "\x02" + point.substr(1, 32), 32).outcome() == protocol::INPUT_REFUSED);
    CHECK(token.derive(key, "\x02" + point.substr(1), 32).outcome() == protocol::INPUT_REFUSED);
    CHECK(token.derive(key, point_of(fresh_ec_key("P-384").get()), 32).outcome() == protocol::INPUT_REFUSED);
    CHECK(token.derive(key, point_of(fresh_ec_key("P-384").get()), 48).outcome() == protocol::INPUT_REFUSED);
    CHECK(token.derive(key, point, 0).outcome() == protocol::BAD_REQUEST);
    CHECK(token.derive(key, point, 4'000'000'000U).outcome() == protocol::BAD_REQUEST);
    CHECK(token.derive(key, point, 32).outcome() == protocol::OK);
}

TEST_CASE("A module that wants the point as an OCTET STRING gets it") {
    SoftHsmToken softhsm;
    const auto theirs = public_key(softhsm.generate(KeyType::p521, "p521", "01"));
    const FaultScript faults;
    const auto ours = fresh_ec_key("P-521");
    for (const char* script : {"C_DeriveKey error CKR_ARGUMENTS_BAD times 1",
                               "C_DeriveKey error CKR_MECHANISM_PARAM_INVALID times 1"}) {
        INFO(script);
        LoadedToken token(softhsm, 1, &faults);
        const Scanned scanned = token.open();
        faults.set(script);
        // The second time it is known.
        for (int round = 0; round < 2; ++round) {
            const auto reply = token.derive(scanned.private_key("p521"), point_of(ours.get()), 66);
            CHECK(reply.outcome() == protocol::OK);
            CHECK(reply.output() == shared_secret(ours.get(), theirs.get()));
        }
        faults.set("");
    }
}

TEST_CASE("A token without ECDH, or without that with the cofactor, says so") {
    SoftHsmToken softhsm;
    const auto theirs = public_key(softhsm.generate(KeyType::p256, "p256", "01"));
    const FaultScript faults;
    LoadedToken token(softhsm, 1, &faults);
    const Scanned scanned = token.open();
    const auto ours = fresh_ec_key("P-256");
    const std::string point = point_of(ours.get());
    // SoftHSM has CKM_ECDH1_DERIVE alone.
    CHECK(token.derive(scanned.private_key("p256"), point, 32, true).outcome() == protocol::CANNOT);
    CHECK(token.derive(scanned.private_key("p256"), point, 32).outcome() == protocol::OK);
    faults.set("C_GetMechanismList without 0x1050\n");
    CHECK(token.derive(scanned.private_key("p256"), point, 32).outcome() == protocol::CANNOT);
    // The cofactor of P-256 is 1, so that the one mechanism may play the other.
    faults.set("C_GetMechanismList without 0x1050 as 0x1051\n");
    CHECK(token.derive(scanned.private_key("p256"), point, 32).outcome() == protocol::CANNOT);
    const auto reply = token.derive(scanned.private_key("p256"), point_of(ours.get()), 32, true);
    CHECK(reply.outcome() == protocol::OK);
    CHECK(reply.output() == shared_secret(ours.get(), theirs.get()));
}
