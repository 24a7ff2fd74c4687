#include "cms/enveloped_data.h"
#include "cms/error.h"
#include "tests/catch.h"
#include "tests/cms/certificate_authority.h"
#include "tests/cms/openssl_cms.h"
#include "tests/cms/software_token.h"
#include "tests/cms/test_keys.h"

#include <openssl/evp.h>

using namespace signet;
using namespace signet::cms;
using namespace signet::cms::test;

namespace {

const ContentCipher all_ciphers[] = {ContentCipher::aes128_cbc, ContentCipher::aes192_cbc,
                                     ContentCipher::aes256_cbc, ContentCipher::aes128_gcm,
                                     ContentCipher::aes192_gcm, ContentCipher::aes256_gcm};
const KeyType all_keys[] = {KeyType::rsa2048, KeyType::p256, KeyType::p384, KeyType::p521};

const EVP_CIPHER* openssl_cipher(ContentCipher cipher) {
    return EVP_get_cipherbyname(std::string(cipher_name(cipher)).c_str());
}

ErrorCode error_of(const std::function<void()>& action) {
    try {
        action();
    } catch (const Error& error) {
        return error.code();
    }
    throw std::runtime_error("nothing was thrown");
}

}  // namespace

TEST_CASE("OpenSSL and a token open what is encrypted here, for every key and cipher") {
    const CertificateAuthority root;
    const auto cipher = GENERATE(from_range(std::begin(all_ciphers), std::end(all_ciphers)));
    const auto type = GENERATE(from_range(std::begin(all_keys), std::end(all_keys)));
    const Certificate alice = root.issue(test_key(type));
    for (const RsaKeyTransport rsa :
         {RsaKeyTransport::oaep_sha1, RsaKeyTransport::oaep_sha256, RsaKeyTransport::pkcs1}) {
        if (rsa != RsaKeyTransport::oaep_sha1 && type != KeyType::rsa2048)
            continue;
        for (const std::size_t size : {0U, 1U, 15U, 16U, 17U, 5000U}) {
            const Bytes content(size, 'x');
            const Bytes message = encrypt_content(content, {alice}, {cipher, rsa});
            CHECK(openssl_decrypt(message, alice, test_key(type)) == content);
            CHECK(open_message(message, alice, test_key(type)) == content);
        }
    }
}

TEST_CASE("a token opens what OpenSSL encrypts, for every key and cipher") {
    const CertificateAuthority root;
    const Bytes content(1000, 'x');
    const auto cipher = GENERATE(from_range(std::begin(all_ciphers), std::end(all_ciphers)));
    const auto type = GENERATE(from_range(std::begin(all_keys), std::end(all_keys)));
    const unsigned flags = GENERATE(0U, CMS_USE_KEYID, CMS_STREAM);
    // OpenSSL 3.0 cannot stream an AuthEnvelopedData.
    if (is_aead(cipher) && (flags & CMS_STREAM) != 0)
        return;
    const Certificate alice = root.issue(test_key(type));
    SealOptions options;
    options.cipher = openssl_cipher(cipher);
    options.flags = flags;
    const Bytes message = openssl_encrypt(content, {alice}, options);
    CHECK(open_message(message, alice, test_key(type)) == content);
    const EnvelopedMessage parsed = parse_enveloped(message);
    CHECK(parsed.cipher == cipher);
    CHECK(parsed.authenticated == is_aead(cipher));
    CHECK(parsed.content_type == "1.2.840.113549.1.7.1");
    CHECK(parse_content_encryption_algorithm(parsed.content_encryption_algorithm) == cipher);
}

TEST_CASE("OAEP and KDF hashes of OpenSSL are followed") {
    const CertificateAuthority root;
    const Bytes content(100, 'x');
    for (const EVP_MD* hash : {EVP_sha1(), EVP_sha224(), EVP_sha256(), EVP_sha384(), EVP_sha512()}) {
        SealOptions options;
        options.oaep = hash;
        options.kdf = hash;
        const Certificate rsa = root.issue(test_key(KeyType::rsa2048));
        const auto open_rsa = [&] {
            return open_message(openssl_encrypt(content, {rsa}, options), rsa, test_key(KeyType::rsa2048));
        };
        // Tokens are asked for no OAEP with SHA-224.
        if (hash == EVP_sha224())
            CHECK(error_of([&] { (void)open_rsa(); }) == ErrorCode::unsupported);
        else
            CHECK(open_rsa() == content);
        const Certificate ec = root.issue(test_key(KeyType::p384));
        CHECK(open_message(openssl_encrypt(content, {ec}, options), ec, test_key(KeyType::p384)) == content);
    }
}

TEST_CASE("a message for several opens for each of them, and for nobody else") {
    const CertificateAuthority root;
    std::vector<Certificate> recipients;
    for (const KeyType type : all_keys)
        recipients.push_back(root.issue(test_key(type)));
    const Certificate stranger = root.issue(test_key(KeyType::p256, 1));
    const Bytes content(100, 'x');
    const Bytes message = encrypt_content(content, recipients, {});
    CHECK(parse_enveloped(message).recipient_infos.size() == 4);
    for (std::size_t i = 0; i < recipients.size(); ++i) {
        CHECK(open_message(message, recipients[i], test_key(all_keys[i])) == content);
        CHECK(openssl_decrypt(message, recipients[i], test_key(all_keys[i])) == content);
    }
    CHECK(error_of([&] { open_message(message, stranger, test_key(KeyType::p256, 1)); }) ==
          ErrorCode::cannot_decrypt);
    CHECK(error_of([&] { open_message(message, recipients[1], test_key(KeyType::p256, 1)); }) ==
          ErrorCode::cannot_decrypt);
}

TEST_CASE("two messages share neither key nor nonce") {
    const CertificateAuthority root;
    const Certificate alice = root.issue(test_key(KeyType::p256));
    const EnvelopedMessage first = parse_enveloped(encrypt_content(Bytes(64), {alice}, {}));
    const EnvelopedMessage second = parse_enveloped(encrypt_content(Bytes(64), {alice}, {}));
    CHECK(first.iv != second.iv);
    CHECK(first.encrypted_content != second.encrypted_content);
    CHECK(first.recipient_infos != second.recipient_infos);
    CHECK(first.iv.size() == 12);
    CHECK(first.tag.size() == 16);
}

TEST_CASE("a wrong key, and a key of another size, cannot decrypt") {
    const CertificateAuthority root;
    const Certificate alice = root.issue(test_key(KeyType::p256));
    const auto cipher = GENERATE(ContentCipher::aes256_gcm, ContentCipher::aes256_cbc);
    const Bytes message = encrypt_content(Bytes(64, 'x'), {alice}, {cipher, RsaKeyTransport::oaep_sha1});
    const EnvelopedMessage parsed = parse_enveloped(message);
    for (const std::size_t size : {0U, 16U, 31U, 33U, 64U})
        CHECK(error_of([&] { (void)decrypt_content(parsed, Secret(size)); }) == ErrorCode::cannot_decrypt);
    // CBC has no tag: a wrong key yields an error or rubbish, never the content.
    Secret key = unwrap_for(parsed, alice, test_key(KeyType::p256));
    key.data()[7] ^= 1;
    if (cipher == ContentCipher::aes256_gcm)
        CHECK(error_of([&] { (void)decrypt_content(parsed, key); }) == ErrorCode::cannot_decrypt);
}

TEST_CASE("a CBC content with a wrong padding or length cannot be decrypted") {
    const CertificateAuthority root;
    const Certificate alice = root.issue(test_key(KeyType::p256));
    const Bytes message =
        encrypt_content(Bytes(16, 'x'), {alice}, {ContentCipher::aes128_cbc, RsaKeyTransport::oaep_sha1});
    EnvelopedMessage parsed = parse_enveloped(message);
    const Secret key = unwrap_for(parsed, alice, test_key(KeyType::p256));
    CHECK(decrypt_content(parsed, key) == Bytes(16, 'x'));
    EnvelopedMessage padding = parsed;
    // The last block is all padding; a flip in the block before turns 16 into 17.
    padding.encrypted_content[15] ^= 1;
    CHECK(error_of([&] { (void)decrypt_content(padding, key); }) == ErrorCode::cannot_decrypt);
    EnvelopedMessage odd = parsed;
    odd.encrypted_content.pop_back();
    CHECK(error_of([&] { (void)decrypt_content(odd, key); }) == ErrorCode::cannot_decrypt);
    EnvelopedMessage empty = parsed;
    empty.encrypted_content.clear();
    CHECK(error_of([&] { (void)decrypt_content(empty, key); }) == ErrorCode::cannot_decrypt);
}

TEST_CASE("nobody, and a key that cannot agree, are refused by name") {
    const CertificateAuthority root;
    CHECK(error_of([] { (void)encrypt_content(Bytes(1), {}, {}); }) == ErrorCode::failed);
    CertificateRequest request;
    request.common_name = "Edward";
    const Certificate edward = root.issue(test_key(KeyType::ed25519), request);
    CHECK(error_of([&] { (void)encrypt_content(Bytes(1), {edward}, {}); }) == ErrorCode::unsupported);
    CHECK_THROWS_WITH((void)encrypt_content(Bytes(1), {edward}, {}), Catch::Contains("Edward"));
}

TEST_CASE("a cipher that is not ours is unsupported, something else is malformed") {
    const CertificateAuthority root;
    const Certificate alice = root.issue(test_key(KeyType::rsa2048));
    SealOptions options;
    options.cipher = EVP_camellia_128_cbc();
    CHECK(error_of([&] { (void)parse_enveloped(openssl_encrypt(Bytes(1), {alice}, options)); }) ==
          ErrorCode::unsupported);
    CHECK(error_of([&] { (void)parse_enveloped(alice.der()); }) == ErrorCode::malformed);
    const Bytes signed_data = openssl_sign(test_key(KeyType::rsa2048), alice, Bytes(1), {});
    CHECK(error_of([&] { (void)parse_enveloped(signed_data); }) == ErrorCode::malformed);
}
