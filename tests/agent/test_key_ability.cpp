#include "agent/key_ability.h"
#include "tests/agent/synthetic_token.h"
#include "tests/catch.h"

#include <p11-kit/pkcs11.h>

using namespace signet;
using namespace signet::agent;
using namespace signet::tests;
namespace wire = signet::token::protocol;

namespace {

/// A key that may do everything, on a token with these mechanisms.
Location location_with(std::vector<std::uint64_t> mechanisms) {
    const auto token = synthetic_token("alice", true);
    token->mechanisms = std::move(mechanisms);
    ScannedKey key;
    key.is_private = key.sign = key.decrypt = key.derive = true;
    return {token, "\x01", key};
}

wire::Request sign(wire::SignScheme scheme, wire::Hash hash, const std::string& message = {}) {
    wire::Request request;
    request.mutable_sign()->set_scheme(scheme);
    request.mutable_sign()->set_hash(hash);
    request.mutable_sign()->set_message(message);
    return request;
}

wire::Request decrypt(wire::DecryptScheme scheme) {
    wire::Request request;
    request.mutable_decrypt()->set_scheme(scheme);
    return request;
}

}  // namespace

TEST_CASE(
    "each signature scheme has its mechanism, and a hashing one in its place where there is a message") {
    struct Case {
        wire::SignScheme scheme;
        std::uint64_t bare;
        wire::Hash hash;
        std::uint64_t hashing;
    };
    for (const Case& used :
         {Case{wire::RSA_PKCS1, CKM_RSA_PKCS, wire::HASH_SHA256, CKM_SHA256_RSA_PKCS},
          Case{wire::RSA_PKCS1, CKM_RSA_PKCS, wire::HASH_SHA384, CKM_SHA384_RSA_PKCS},
          Case{wire::RSA_PKCS1, CKM_RSA_PKCS, wire::HASH_SHA512, CKM_SHA512_RSA_PKCS},
          Case{wire::RSA_PSS, CKM_RSA_PKCS_PSS, wire::HASH_SHA256, CKM_SHA256_RSA_PKCS_PSS},
          Case{wire::RSA_PSS, CKM_RSA_PKCS_PSS, wire::HASH_SHA512, CKM_SHA512_RSA_PKCS_PSS},
          Case{wire::ECDSA, CKM_ECDSA, wire::HASH_SHA256, CKM_ECDSA_SHA256},
          Case{wire::ECDSA, CKM_ECDSA, wire::HASH_SHA384, CKM_ECDSA_SHA384}}) {
        CAPTURE(used.bare, used.hash);
        const auto bare = location_with({used.bare, used.hashing});
        auto request = sign(used.scheme, used.hash, "message");
        CHECK(can(bare, request));
        fit(bare, request);
        CHECK_FALSE(request.sign().hash_on_token());

        const auto hashing = location_with({used.hashing});
        CHECK(can(hashing, request));
        CHECK(obstacle(hashing, request).empty());
        fit(hashing, request);
        CHECK(request.sign().hash_on_token());
        // It may go to the other token yet.
        fit(bare, request);
        CHECK_FALSE(request.sign().hash_on_token());

        CHECK_FALSE(can(hashing, sign(used.scheme, used.hash)));
        CHECK_FALSE(obstacle(hashing, sign(used.scheme, used.hash)).empty());
        CHECK_FALSE(can(location_with({}), request));
        CHECK(obstacle(location_with({}), request).find("\"alice\" has neither") != std::string::npos);
    }
}

TEST_CASE("EdDSA has one mechanism") {
    for (const auto scheme : {wire::ED25519, wire::ED448}) {
        auto request = sign(scheme, wire::NO_HASH, "message");
        CHECK(can(location_with({CKM_EDDSA}), request));
        fit(location_with({CKM_EDDSA}), request);
        CHECK_FALSE(request.sign().hash_on_token());
        CHECK(obstacle(location_with({CKM_ECDSA}), request) == "token \"alice\" has no EdDSA (CKM_EDDSA)");
    }
}

TEST_CASE("a message goes along when a token with the key signs no digests") {
    Key key;
    key.locations.push_back(location_with({CKM_RSA_PKCS}));
    CHECK_FALSE(needs_message(key, cms::SignatureScheme::rsa_pkcs1));
    CHECK(needs_message(key, cms::SignatureScheme::rsa_pss));
    key.locations.push_back(location_with({CKM_SHA256_RSA_PKCS}));
    CHECK(needs_message(key, cms::SignatureScheme::rsa_pkcs1));
}

TEST_CASE("raw RSA serves OAEP alone, and only where the token has it") {
    auto oaep = decrypt(wire::DECRYPT_OAEP);
    for (const auto& [mechanisms, possible, unpad] :
         {std::tuple(std::vector<std::uint64_t>{CKM_RSA_PKCS_OAEP}, true, false),
          std::tuple(std::vector<std::uint64_t>{CKM_RSA_PKCS_OAEP, CKM_RSA_X_509}, true, true),
          std::tuple(std::vector<std::uint64_t>{CKM_RSA_X_509}, true, true),
          std::tuple(std::vector<std::uint64_t>{CKM_RSA_PKCS}, false, false)}) {
        const auto location = location_with(mechanisms);
        CHECK(can(location, oaep) == possible);
        fit(location, oaep);
        CHECK(oaep.decrypt().may_unpad() == unpad);
    }
    CHECK_FALSE(can(location_with({CKM_RSA_X_509}), decrypt(wire::DECRYPT_PKCS1)));
    auto pkcs1 = decrypt(wire::DECRYPT_PKCS1);
    fit(location_with({CKM_RSA_PKCS, CKM_RSA_X_509}), pkcs1);
    CHECK_FALSE(pkcs1.decrypt().may_unpad());
}

TEST_CASE("ECDH takes the cofactor's mechanism where there is no other") {
    wire::Request request;
    request.mutable_derive();
    const auto both = location_with({CKM_ECDH1_DERIVE, CKM_ECDH1_COFACTOR_DERIVE});
    CHECK(can(both, request));
    fit(both, request);
    CHECK_FALSE(request.derive().cofactor());
    const auto cofactor = location_with({CKM_ECDH1_COFACTOR_DERIVE});
    CHECK(can(cofactor, request));
    fit(cofactor, request);
    CHECK(request.derive().cofactor());
    CHECK_FALSE(can(location_with({CKM_ECDSA}), request));
}

TEST_CASE("a mechanism list that holds nonsense grants nothing") {
    CHECK_FALSE(can(location_with({CK_UNAVAILABLE_INFORMATION}), sign(wire::RSA_PKCS1, wire::HASH_SHA256)));
    CHECK_FALSE(can(location_with({CK_UNAVAILABLE_INFORMATION}), decrypt(wire::DECRYPT_PKCS1)));
}
