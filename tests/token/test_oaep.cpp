#include <openssl/evp.h>
#include <openssl/rsa.h>

#include <string>
#include <vector>

#include "cms/openssl_ptr.h"
#include "tests/catch.h"
#include "token/error.h"
#include "token/oaep.h"

using namespace signet;
using token::protocol::Hash;

namespace {

using Block = std::vector<unsigned char>;

struct Case {
    Hash hash;
    const EVP_MD* md;
    std::size_t digest;
};

std::vector<Case> cases() {
    return {{token::protocol::HASH_SHA1, EVP_sha1(), 20},
            {token::protocol::HASH_SHA256, EVP_sha256(), 32},
            {token::protocol::HASH_SHA384, EVP_sha384(), 48},
            {token::protocol::HASH_SHA512, EVP_sha512(), 64}};
}

EVP_PKEY* rsa_key() {
    static const cms::EvpPkeyPtr key(EVP_RSA_gen(2048U));
    return key.get();
}

/// The padded message as OpenSSL makes it, which is what RSA on a token yields.
Block padded(const Case& used, const std::string& label, const Block& message) {
    const cms::EvpPkeyCtxPtr to(EVP_PKEY_CTX_new(rsa_key(), nullptr));
    Block ciphertext(256);
    std::size_t size = ciphertext.size();
    REQUIRE(EVP_PKEY_encrypt_init(to.get()) == 1);
    REQUIRE(EVP_PKEY_CTX_set_rsa_padding(to.get(), RSA_PKCS1_OAEP_PADDING) == 1);
    REQUIRE(EVP_PKEY_CTX_set_rsa_oaep_md(to.get(), used.md) == 1);
    REQUIRE(EVP_PKEY_CTX_set_rsa_mgf1_md(to.get(), used.md) == 1);
    if (!label.empty())
        REQUIRE(EVP_PKEY_CTX_set0_rsa_oaep_label(to.get(), OPENSSL_memdup(label.data(), label.size()),
                                                 static_cast<int>(label.size())) == 1);
    REQUIRE(EVP_PKEY_encrypt(to.get(), ciphertext.data(), &size, message.data(), message.size()) == 1);
    const cms::EvpPkeyCtxPtr back(EVP_PKEY_CTX_new(rsa_key(), nullptr));
    Block block(256);
    REQUIRE(EVP_PKEY_decrypt_init(back.get()) == 1);
    REQUIRE(EVP_PKEY_CTX_set_rsa_padding(back.get(), RSA_NO_PADDING) == 1);
    REQUIRE(EVP_PKEY_decrypt(back.get(), block.data(), &size, ciphertext.data(), ciphertext.size()) == 1);
    return block;
}

}  // namespace

TEST_CASE("OAEP padding of OpenSSL is taken off, for messages of every length") {
    for (const Case& used : cases()) {
        INFO(used.digest);
        const std::size_t longest = 256 - 2 * used.digest - 2;
        for (const std::size_t length : {std::size_t{0}, std::size_t{1}, std::size_t{32}, longest}) {
            INFO(length);
            const Block message(length, 0x01);
            for (const std::string& label : {std::string(), std::string("a label")}) {
                Block block = padded(used, label, message);
                const auto size = token::remove_oaep(block, used.hash, used.hash, label);
                REQUIRE(size == length);
                CHECK(std::equal(message.begin(), message.end(), block.begin()));
                CHECK(std::all_of(block.begin() + static_cast<std::ptrdiff_t>(length), block.end(),
                                  [](unsigned char byte) { return byte == 0; }));
            }
        }
    }
}

TEST_CASE("Whatever is wrong with OAEP padding, there is no message and nothing is left") {
    const Case used = cases()[1];
    const Block message(16, 0x5a);
    const Block good = padded(used, "label", message);
    const auto refused = [&](Block block, const std::string& label = "label") {
        const bool none = !token::remove_oaep(block, used.hash, used.hash, label);
        return none && std::all_of(block.begin(), block.end(), [](unsigned char byte) { return byte == 0; });
    };
    CHECK_FALSE(refused(good));
    CHECK(refused(good, ""));
    CHECK(refused(good, "labex"));
    // Every byte is under the padding's protection.
    for (std::size_t i = 0; i + message.size() < good.size(); ++i) {
        INFO(i);
        Block damaged = good;
        damaged[i] = static_cast<unsigned char>(damaged[i] ^ 0x01);
        CHECK(refused(damaged));
    }
    CHECK(refused(Block(256, 0)));
    CHECK(refused(Block(2 * used.digest + 1, 0)));
    CHECK(refused(Block(2 * used.digest + 2, 0)));
    CHECK(refused(Block()));
    Block block = good;
    CHECK_THROWS_AS(token::remove_oaep(block, token::protocol::NO_HASH, used.hash, "label"),
                    token::TokenError);
}
