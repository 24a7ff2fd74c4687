#include <openssl/x509.h>

#include <functional>
#include <string>

#include "cms/digest_stream.h"
#include "cms/openssl_ptr.h"
#include "cms/signature_verification.h"
#include "cms/signed_data_builder.h"
#include "tests/catch.h"
#include "tests/cms/wycheproof.h"

using namespace signet;
using namespace signet::cms;
using namespace signet::cms::test;

namespace {

EvpPkeyPtr key_of(const ptree& group) {
    const Bytes der = from_hex(group.get<std::string>("publicKeyDer"));
    const unsigned char* position = der.data();
    EvpPkeyPtr key(d2i_PUBKEY(nullptr, &position, static_cast<long>(der.size())));
    REQUIRE(key);
    return key;
}

std::function<bool(const ptree&, const ptree&)> verifying(SignatureScheme scheme) {
    return [scheme](const ptree& group, const ptree& test) {
        const EvpPkeyPtr key = key_of(group);
        const auto hash = digest_from_name(group.get<std::string>("sha"));
        REQUIRE(hash);
        const Bytes digested = digest(*hash, from_hex(test.get<std::string>("msg")));
        return signature_is_valid(*key, scheme, *hash, digested, from_hex(test.get<std::string>("sig")));
    };
}

}  // namespace

TEST_CASE("Wycheproof: ECDSA") {
    check_vectors("ecdsa_secp256r1_sha256_test.json", verifying(SignatureScheme::ecdsa));
    check_vectors("ecdsa_secp384r1_sha384_test.json", verifying(SignatureScheme::ecdsa));
}

TEST_CASE("Wycheproof: RSA PKCS#1 v1.5 signatures") {
    for (const char* hash : {"sha256", "sha384", "sha512"})
        check_vectors("rsa_signature_2048_" + std::string(hash) + "_test.json",
                      verifying(SignatureScheme::rsa_pkcs1));
}

TEST_CASE("Wycheproof: RSASSA-PSS") {
    check_vectors("rsa_pss_2048_sha256_mgf1_32_test.json", verifying(SignatureScheme::rsa_pss));
    check_vectors("rsa_pss_2048_sha384_mgf1_48_test.json", verifying(SignatureScheme::rsa_pss));
}

TEST_CASE("Wycheproof: RSASSA-PSS without a salt, and with a key that says what it is for") {
    const auto with_salt = [](int salt_length) {
        return [salt_length](const ptree& group, const ptree& test) {
            const EvpPkeyPtr key = key_of(group);
            const SignatureAlgorithm algorithm{SignatureScheme::rsa_pss, DigestAlgorithm::sha256,
                                               DigestAlgorithm::sha256, salt_length};
            return verify_signature(*key, algorithm,
                                    digest(DigestAlgorithm::sha256, from_hex(test.get<std::string>("msg"))),
                                    from_hex(test.get<std::string>("sig")));
        };
    };
    check_vectors("rsa_pss_2048_sha256_mgf1_0_test.json", with_salt(0));
    check_vectors("rsa_pss_2048_sha256_mgf1_32_params_test.json", with_salt(32));
}

TEST_CASE("Wycheproof: Ed25519") {
    check_vectors("ed25519_test.json", [](const ptree& group, const ptree& test) {
        const EvpPkeyPtr key = key_of(group);
        return signature_is_valid(*key, SignatureScheme::ed25519, DigestAlgorithm::sha512,
                                  from_hex(test.get<std::string>("msg")),
                                  from_hex(test.get<std::string>("sig")));
    });
}
