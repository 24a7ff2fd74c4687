// Project Wycheproof's vectors, where the corpus lies beside the checkout.
#include <openssl/x509.h>

#include <boost/property_tree/json_parser.hpp>
#include <boost/property_tree/ptree.hpp>
#include <filesystem>
#include <functional>
#include <string>

#include "cms/digest_stream.h"
#include "cms/error.h"
#include "cms/key_wrap.h"
#include "cms/openssl_ptr.h"
#include "cms/signed_data_builder.h"
#include "tests/catch.h"

using namespace signet;
using namespace signet::cms;
using boost::property_tree::ptree;

namespace {

Bytes from_hex(const std::string& hex) {
    Bytes bytes;
    for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
        bytes.push_back(static_cast<std::uint8_t>(std::stoi(hex.substr(i, 2), nullptr, 16)));
    return bytes;
}

/// Calls `holds` for each vector of `file` with its group; the answer must be the vector's result.
void check_vectors(const std::string& file, const std::function<bool(const ptree&, const ptree&)>& holds) {
    const std::filesystem::path corpus = SIGNET_WYCHEPROOF;
    // Not of the file: ctest takes the text for a skipped test, and no failure may hide behind that.
    if (!std::filesystem::exists(corpus)) {
        WARN("the corpus is not here: " << corpus);
        return;
    }
    ptree all;
    boost::property_tree::read_json((corpus / file).string(), all);
    int vectors = 0;
    for (const auto& [group_key, group] : all.get_child("testGroups"))
        for (const auto& [test_key, test] : group.get_child("tests")) {
            const auto result = test.get<std::string>("result");
            CAPTURE(file, test.get<std::string>("tcId"), test.get<std::string>("comment"));
            ++vectors;
            if (result == "acceptable")
                (void)holds(group, test);
            else
                CHECK(holds(group, test) == (result == "valid"));
        }
    CHECK(std::to_string(vectors) == all.get<std::string>("numberOfTests"));
}

std::function<bool(const ptree&, const ptree&)> verifying(SignatureScheme scheme) {
    return [scheme](const ptree& group, const ptree& test) {
        const Bytes der = from_hex(group.get<std::string>("publicKeyDer"));
        const unsigned char* position = der.data();
        const EvpPkeyPtr key(d2i_PUBKEY(nullptr, &position, static_cast<long>(der.size())));
        REQUIRE(key);
        const auto hash = digest_from_name(group.get<std::string>("sha"));
        REQUIRE(hash);
        const Bytes digested = digest(*hash, from_hex(test.get<std::string>("msg")));
        return signature_is_valid(*key, scheme, *hash, digested, from_hex(test.get<std::string>("sig")));
    };
}

}  // namespace

TEST_CASE("Wycheproof: AES key wrap") {
    check_vectors("aes_wrap_test.json", [](const ptree&, const ptree& test) {
        const Secret key_encryption_key(from_hex(test.get<std::string>("key")));
        const Bytes key = from_hex(test.get<std::string>("msg"));
        const auto unwrapped = unwrap_key(key_encryption_key, from_hex(test.get<std::string>("ct")));
        return unwrapped && Bytes(unwrapped->bytes().begin(), unwrapped->bytes().end()) == key;
    });
}

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

TEST_CASE("Wycheproof: Ed25519") {
    check_vectors("ed25519_test.json", [](const ptree& group, const ptree& test) {
        const Bytes der = from_hex(group.get<std::string>("publicKeyDer"));
        const unsigned char* position = der.data();
        const EvpPkeyPtr key(d2i_PUBKEY(nullptr, &position, static_cast<long>(der.size())));
        REQUIRE(key);
        return signature_is_valid(*key, SignatureScheme::ed25519, DigestAlgorithm::sha512,
                                  from_hex(test.get<std::string>("msg")),
                                  from_hex(test.get<std::string>("sig")));
    });
}
