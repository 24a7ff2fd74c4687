// Project Wycheproof's vectors of RSAES-OAEP, where the corpus lies beside the checkout: OpenSSL plays the
// token that has raw RSA alone.
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <algorithm>
#include <boost/property_tree/json_parser.hpp>
#include <boost/property_tree/ptree.hpp>
#include <filesystem>
#include <string>
#include <vector>

#include "cms/openssl_ptr.h"
#include "tests/catch.h"
#include "token/oaep.h"

using namespace signet;
using boost::property_tree::ptree;

namespace {

using Bytes = std::vector<unsigned char>;

Bytes from_hex(const std::string& hex) {
    Bytes bytes;
    for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
        bytes.push_back(static_cast<unsigned char>(std::stoi(hex.substr(i, 2), nullptr, 16)));
    return bytes;
}

/// What RSA alone makes of a ciphertext; empty if it is none for this key.
Bytes raw_rsa(EVP_PKEY* key, const Bytes& ciphertext) {
    const cms::EvpPkeyCtxPtr context(EVP_PKEY_CTX_new(key, nullptr));
    REQUIRE(EVP_PKEY_decrypt_init(context.get()) == 1);
    REQUIRE(EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_NO_PADDING) == 1);
    Bytes block(static_cast<std::size_t>(EVP_PKEY_get_size(key)));
    std::size_t size = block.size();
    if (ciphertext.size() != block.size() ||
        EVP_PKEY_decrypt(context.get(), block.data(), &size, ciphertext.data(), ciphertext.size()) != 1)
        return {};
    block.resize(size);
    return block;
}

void check_vectors(const std::string& file, token::protocol::Hash hash) {
    const std::filesystem::path corpus = SIGNET_WYCHEPROOF;
    if (!std::filesystem::exists(corpus)) {
        WARN("the corpus is not here: " << corpus);
        return;
    }
    ptree all;
    boost::property_tree::read_json((corpus / file).string(), all);
    int vectors = 0;
    for (const auto& [group_key, group] : all.get_child("testGroups")) {
        const Bytes der = from_hex(group.get<std::string>("privateKeyPkcs8"));
        const unsigned char* position = der.data();
        const cms::EvpPkeyPtr key(d2i_AutoPrivateKey(nullptr, &position, static_cast<long>(der.size())));
        REQUIRE(key);
        for (const auto& [test_key, test] : group.get_child("tests")) {
            CAPTURE(file, test.get<std::string>("tcId"), test.get<std::string>("comment"));
            ++vectors;
            Bytes block = raw_rsa(key.get(), from_hex(test.get<std::string>("ct")));
            const Bytes label = from_hex(test.get<std::string>("label"));
            const auto size = token::remove_oaep(block, hash, hash,
                                                 {reinterpret_cast<const char*>(label.data()), label.size()});
            if (test.get<std::string>("result") == "invalid") {
                CHECK_FALSE(size);
                continue;
            }
            REQUIRE(size);
            const Bytes message = from_hex(test.get<std::string>("msg"));
            CHECK(*size == message.size());
            CHECK(std::equal(message.begin(), message.end(), block.begin()));
        }
    }
    CHECK(std::to_string(vectors) == all.get<std::string>("numberOfTests"));
}

}  // namespace

TEST_CASE("Wycheproof: OAEP whose padding is taken off here") {
    check_vectors("rsa_oaep_2048_sha1_mgf1sha1_test.json", token::protocol::HASH_SHA1);
    check_vectors("rsa_oaep_2048_sha256_mgf1sha256_test.json", token::protocol::HASH_SHA256);
    check_vectors("rsa_oaep_2048_sha384_mgf1sha384_test.json", token::protocol::HASH_SHA384);
}
