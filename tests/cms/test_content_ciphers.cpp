// Content ciphers that OpenSSL's CMS does not write, and those of old messages.
#include <openssl/pem.h>
#include <openssl/provider.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>

#include "cms/algorithm_identifier.h"
#include "cms/asn1/der.h"
#include "cms/content_cipher.h"
#include "cms/content_decryption.h"
#include "cms/enveloped_data.h"
#include "cms/error.h"
#include "cms/key_wrap.h"
#include "tests/catch.h"
#include "tests/cms/certificate_authority.h"
#include "tests/cms/openssl_cms.h"
#include "tests/cms/require.h"
#include "tests/cms/software_token.h"
#include "tests/cms/test_keys.h"

using namespace signet;
using namespace signet::cms;
using namespace signet::cms::test;
using asn1::Tag;

namespace {

/// OpenSSL's old ciphers, for the other side alone.
struct LegacyProviders {
    OsslProviderPtr legacy{OSSL_PROVIDER_load(nullptr, "legacy")};
    OsslProviderPtr standard{OSSL_PROVIDER_load(nullptr, "default")};
};

ErrorCode error_of(const std::function<void()>& action) {
    try {
        action();
    } catch (const Error& error) {
        return error.code();
    }
    throw std::runtime_error("nothing was thrown");
}

/// ChaCha20-Poly1305 (RFC 8439) by OpenSSL alone.
Bytes chacha20_decrypt(const Secret& key, const EnvelopedMessage& message) {
    const EvpCipherCtxPtr context(EVP_CIPHER_CTX_new());
    Bytes plaintext(message.encrypted_content.size());
    Bytes tag = message.tag;
    int size = 0;
    require(EVP_DecryptInit_ex(context.get(), EVP_chacha20_poly1305(), nullptr, key.data(),
                               message.iv.data()) == 1);
    require(EVP_DecryptUpdate(context.get(), plaintext.data(), &size, message.encrypted_content.data(),
                              static_cast<int>(message.encrypted_content.size())) == 1);
    require(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_SET_TAG, static_cast<int>(tag.size()),
                                tag.data()) == 1);
    require(EVP_DecryptFinal_ex(context.get(), plaintext.data() + size, &size) == 1);
    return plaintext;
}

/// The bytes `from`, which must be in the message, as `to`.
Bytes with(Bytes message, const Bytes& from, const Bytes& to) {
    const auto at = std::search(message.begin(), message.end(), from.begin(), from.end());
    require(at != message.end() && from.size() == to.size());
    std::copy(to.begin(), to.end(), at);
    return message;
}

/// An AuthEnvelopedData with AES-256-CCM by OpenSSL alone, where one with GCM was: their parameters look the
/// same.
Bytes ccm_message(const Bytes& content, const Certificate& alice, EVP_PKEY& key) {
    const Bytes gcm = encrypt_content(content, {alice}, {});
    const EnvelopedMessage parsed = parse_enveloped(gcm);
    const Secret content_key = unwrap_for(parsed, alice, key);
    const EvpCipherCtxPtr context(EVP_CIPHER_CTX_new());
    Bytes ciphertext(content.size());
    Bytes tag(parsed.tag.size());
    const std::uint8_t nothing = 0;
    const auto size = static_cast<int>(content.size());
    int done = 0;
    require(EVP_EncryptInit_ex(context.get(), EVP_aes_256_ccm(), nullptr, nullptr, nullptr) == 1 &&
            EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_SET_IVLEN, static_cast<int>(parsed.iv.size()),
                                nullptr) == 1 &&
            EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_SET_TAG, static_cast<int>(tag.size()),
                                nullptr) == 1 &&
            EVP_EncryptInit_ex(context.get(), nullptr, nullptr, content_key.data(), parsed.iv.data()) == 1 &&
            EVP_EncryptUpdate(context.get(), nullptr, &done, nullptr, size) == 1 &&
            EVP_EncryptUpdate(context.get(), ciphertext.empty() ? tag.data() : ciphertext.data(), &done,
                              content.empty() ? &nothing : content.data(), size) == 1 &&
            EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_GET_TAG, static_cast<int>(tag.size()),
                                tag.data()) == 1);
    const Bytes as_ccm = with(gcm, asn1::object_identifier("2.16.840.1.101.3.4.1.46"),
                              asn1::object_identifier("2.16.840.1.101.3.4.1.47"));
    // A content as short as its length would be found elsewhere: with its header and what is behind it.
    const auto content_and_tag = [](const Bytes& encrypted, const Bytes& mac) {
        Bytes fields = asn1::tlv(asn1::context_primitive(0), {encrypted});
        asn1::append(fields, asn1::tlv(Tag::octet_string, {mac}));
        return fields;
    };
    return with(as_ccm, content_and_tag(parsed.encrypted_content, parsed.tag),
                content_and_tag(ciphertext, tag));
}

const Bytes chacha20_oid = asn1::object_identifier("1.2.840.113549.1.9.16.3.18");

std::optional<ContentCipher> cipher_of(const Bytes& oid, const Bytes& parameters) {
    try {
        return parse_content_encryption_algorithm(asn1::tlv(Tag::sequence, {oid, parameters}));
    } catch (const Error&) {
        return std::nullopt;
    }
}

std::string read_corpus(const std::string& path) {
    std::ifstream file(std::filesystem::path(SIGNET_CORPUS) / path, std::ios::binary);
    require(file.good());
    return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

TEST_CASE("what ChaCha20-Poly1305 encrypts opens for every kind of key, as RFC 8103 has it") {
    const CertificateAuthority root;
    const auto type = GENERATE(KeyType::rsa2048, KeyType::p256, KeyType::x25519);
    const Certificate alice = root.issue(test_key(type));
    for (const std::size_t size : {0U, 1U, 64U, 5000U, 200'000U}) {
        const Bytes content(size, 'x');
        const Bytes message = encrypt_content(content, {alice}, {.cipher = ContentCipher::chacha20_poly1305});
        CHECK(open_message(message, alice, test_key(type)) == content);
        const EnvelopedMessage parsed = parse_enveloped(message);
        CHECK(parsed.authenticated);
        CHECK(parsed.tag.size() == 16);
        CHECK(parsed.content_encryption_algorithm ==
              asn1::tlv(Tag::sequence, {chacha20_oid, asn1::tlv(Tag::octet_string, {parsed.iv})}));
        CHECK(chacha20_decrypt(unwrap_for(parsed, alice, test_key(type)), parsed) == content);
    }
}

TEST_CASE("nothing altered opens under ChaCha20-Poly1305") {
    const CertificateAuthority root;
    const Certificate alice = root.issue(test_key(KeyType::p256));
    const Bytes message =
        encrypt_content(Bytes(40, 'x'), {alice}, {.cipher = ContentCipher::chacha20_poly1305});
    const EnvelopedMessage parsed = parse_enveloped(message);
    const Secret key = unwrap_for(parsed, alice, test_key(KeyType::p256));
    for (std::size_t bit = 0; bit < std::size_t{40} * 8; ++bit) {
        EnvelopedMessage altered = parsed;
        altered.encrypted_content[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
        CHECK(error_of([&] { (void)decrypt_content(altered, key); }) == ErrorCode::cannot_decrypt);
    }
    for (std::size_t bit = 0; bit < std::size_t{16} * 8; ++bit) {
        EnvelopedMessage altered = parsed;
        altered.tag[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
        CHECK(error_of([&] { (void)decrypt_content(altered, key); }) == ErrorCode::cannot_decrypt);
    }
}

TEST_CASE("ChaCha20-Poly1305 has a nonce of 12 bytes for parameters, and nothing else") {
    CHECK(cipher_of(chacha20_oid, asn1::tlv(Tag::octet_string, {Bytes(12)})) ==
          ContentCipher::chacha20_poly1305);
    CHECK_FALSE(cipher_of(chacha20_oid, asn1::tlv(Tag::octet_string, {Bytes(11)})));
    CHECK_FALSE(cipher_of(chacha20_oid, asn1::tlv(Tag::octet_string, {Bytes(13)})));
    CHECK_FALSE(cipher_of(chacha20_oid, {}));
    CHECK_FALSE(cipher_of(chacha20_oid, {0x05, 0x00}));
    CHECK_FALSE(cipher_of(chacha20_oid, asn1::tlv(Tag::sequence, {asn1::tlv(Tag::octet_string, {Bytes(12)}),
                                                                  asn1::integer(16)})));
}

TEST_CASE("AES-CCM is read as RFC 5084 has it, and nothing altered") {
    const CertificateAuthority root;
    const auto type = GENERATE(KeyType::rsa2048, KeyType::p256);
    const Certificate alice = root.issue(test_key(type));
    for (const std::size_t size : {0U, 1U, 16U, 70'000U}) {
        CAPTURE(size);
        const Bytes content(size, 'x');
        const Bytes message = ccm_message(content, alice, test_key(type));
        CHECK(open_message(message, alice, test_key(type)) == content);
        const EnvelopedMessage parsed = parse_enveloped(message);
        CHECK(parsed.cipher == ContentCipher::aes256_ccm);
        const Secret key = unwrap_for(parsed, alice, test_key(type));
        const auto refused = [&](EnvelopedMessage altered) {
            return error_of([&] { (void)decrypt_content(altered, key); }) == ErrorCode::cannot_decrypt;
        };
        EnvelopedMessage altered = parsed;
        altered.tag.back() ^= 1;
        CHECK(refused(altered));
        altered = parsed;
        altered.iv.front() ^= 1;
        CHECK(refused(altered));
        altered = parsed;
        altered.encrypted_content.push_back(0);
        CHECK(refused(altered));
        altered = parsed;
        altered.authenticated_attributes = {0x31, 0x00};
        CHECK(refused(altered));
        if (size == 0)
            continue;
        altered = parsed;
        altered.encrypted_content.back() ^= 1;
        CHECK(refused(altered));
        altered = parsed;
        altered.encrypted_content.pop_back();
        CHECK(refused(altered));
    }
    CHECK(error_of([&] {
              (void)encrypt_content(Bytes(1), {alice}, {.cipher = ContentCipher::aes256_ccm});
          }) == ErrorCode::unsupported);
}

TEST_CASE("AES-CCM keeps its content, up to a bound") {
    EnvelopedHead head;
    head.authenticated = true;
    head.cipher = ContentCipher::aes128_ccm;
    head.iv = Bytes(12);
    ContentDecryption decryption(head, Secret(16), [](BytesView) { FAIL("nothing of it is genuine"); });
    const Bytes piece(std::size_t{1} << 20);
    for (int i = 0; i < 8; ++i)
        decryption.update(piece);
    CHECK(error_of([&] { decryption.update(BytesView(piece).first(1)); }) == ErrorCode::unsupported);
    EnvelopedTail tail;
    tail.tag = Bytes(16);
    CHECK(error_of([&] { decryption.finish(tail, {}); }) == ErrorCode::cannot_decrypt);
}

TEST_CASE("AES-CCM has a nonce of 7 to 13 bytes and an even tag of 12 or more") {
    const Bytes oid = asn1::object_identifier("2.16.840.1.101.3.4.1.7");
    const auto with = [&](std::size_t nonce, std::optional<std::uint32_t> tag) {
        const Bytes size = tag ? asn1::integer(*tag) : Bytes();
        return cipher_of(oid, asn1::tlv(Tag::sequence, {asn1::tlv(Tag::octet_string, {Bytes(nonce)}), size}));
    };
    for (const std::size_t nonce : {7U, 12U, 13U})
        CHECK(with(nonce, 16) == ContentCipher::aes128_ccm);
    for (const std::size_t nonce : {0U, 6U, 14U})
        CHECK_FALSE(with(nonce, 16));
    CHECK(with(12, std::nullopt) == ContentCipher::aes128_ccm);
    CHECK(with(12, 12) == ContentCipher::aes128_ccm);
    CHECK(with(12, 14) == ContentCipher::aes128_ccm);
    for (const std::uint32_t tag : {0U, 4U, 8U, 10U, 13U, 15U, 18U})
        CHECK_FALSE(with(12, tag));
    CHECK_FALSE(cipher_of(oid, {}));
    CHECK_FALSE(cipher_of(oid, asn1::tlv(Tag::octet_string, {Bytes(12)})));
}

TEST_CASE("a token opens what OpenSSL encrypts with Triple-DES, and with Triple-DES key wrap") {
    const CertificateAuthority root;
    const auto type = GENERATE(KeyType::rsa2048, KeyType::p256, KeyType::p521);
    const Certificate alice = root.issue(test_key(type));
    for (const std::size_t size : {1U, 7U, 8U, 9U, 70'000U}) {
        const Bytes content(size, 'x');
        SealOptions options;
        options.cipher = EVP_des_ede3_cbc();
        const Bytes message = openssl_encrypt(content, {alice}, options);
        CHECK(open_message(message, alice, test_key(type)) == content);
        const EnvelopedMessage parsed = parse_enveloped(message);
        CHECK(parsed.cipher == ContentCipher::triple_des_cbc);
        CHECK_FALSE(parsed.authenticated);
        if (type == KeyType::rsa2048)
            continue;
        auto agreement = std::get<KeyAgreement>(parse_recipient_info(parsed.recipient_infos.front()));
        CHECK(agreement.wrap == KeyWrap::triple_des);
        // Altered, it does not unwrap (RFC 3217 section 3.2).
        agreement.recipients[0].encrypted_key.front() ^= 1;
        CHECK(error_of([&] { (void)unwrap_agreed_key(agreement, 0, Secret(Bytes(32, 7)), 24); }) ==
              ErrorCode::cannot_decrypt);
    }
}

TEST_CASE("a token opens what OpenSSL encrypts with RC2 of 40, 64 and 128 bits") {
    const CertificateAuthority root;
    const Certificate alice = root.issue(test_key(KeyType::rsa2048));
    const Bytes content(1000, 'x');
    const auto sealed = [&](const EVP_CIPHER* (*cipher)()) {
        const LegacyProviders providers;
        require(providers.legacy && providers.standard);
        SealOptions options;
        options.cipher = cipher();
        return openssl_encrypt(content, {alice}, options);
    };
    using enum ContentCipher;
    for (const auto& [evp, cipher] :
         {std::pair{&EVP_rc2_40_cbc, rc2_40_cbc}, std::pair{&EVP_rc2_64_cbc, rc2_64_cbc},
          std::pair{&EVP_rc2_cbc, rc2_128_cbc}}) {
        const Bytes message = sealed(evp);
        CAPTURE(cipher_name(cipher));
        CHECK(parse_enveloped(message).cipher == cipher);
        CHECK(open_message(message, alice, test_key(KeyType::rsa2048)) == content);
    }
    // What is loaded for it is of no use to anybody else.
    CHECK(EvpCipherPtr(EVP_CIPHER_fetch(nullptr, "RC2-CBC", nullptr)) == nullptr);
}

TEST_CASE("RC2 says with a version how many bits are effective") {
    const Bytes oid = asn1::object_identifier(NID_rc2_cbc);
    const auto with = [&](std::uint32_t version, std::size_t iv) {
        return cipher_of(oid, asn1::tlv(Tag::sequence,
                                        {asn1::integer(version), asn1::tlv(Tag::octet_string, {Bytes(iv)})}));
    };
    CHECK(with(160, 8) == ContentCipher::rc2_40_cbc);
    CHECK(with(120, 8) == ContentCipher::rc2_64_cbc);
    CHECK(with(58, 8) == ContentCipher::rc2_128_cbc);
    CHECK_FALSE(with(58, 7));
    CHECK_FALSE(with(58, 16));
    CHECK_FALSE(with(0, 8));
    CHECK_FALSE(with(256, 8));
    CHECK_FALSE(cipher_of(oid, asn1::tlv(Tag::octet_string, {Bytes(8)})));
    CHECK_FALSE(cipher_of(oid, {}));
}

TEST_CASE("nothing new is encrypted with a cipher of old messages") {
    const CertificateAuthority root;
    const Certificate alice = root.issue(test_key(KeyType::p256));
    using enum ContentCipher;
    for (const ContentCipher cipher : {triple_des_cbc, rc2_128_cbc, rc2_64_cbc, rc2_40_cbc})
        CHECK(error_of([&] { (void)encrypt_content(Bytes(1), {alice}, {.cipher = cipher}); }) ==
              ErrorCode::unsupported);
}

TEST_CASE("an old message of OpenSSL 1.1.1 opens: ECDH with SHA-1, Triple-DES key wrap and Triple-DES") {
    if (!std::filesystem::exists(SIGNET_CORPUS)) {
        WARN("the corpus is not here");
        return;
    }
    const std::string pem = read_corpus("01-openssl/smime-certs/smec3.pem");
    const BioPtr bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
    const EvpPkeyPtr key(PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr));
    require(key != nullptr);
    const std::vector<Certificate> certificates = Certificate::from_pem(pem);
    REQUIRE(certificates.size() == 1);
    const std::string mail = read_corpus("01-openssl/80-test_cms_data/ciphertext_from_1_1_1.cms");
    const BioPtr message(BIO_new_mem_buf(mail.data(), static_cast<int>(mail.size())));
    const CmsPtr cms(SMIME_read_CMS(message.get(), nullptr));
    require(cms != nullptr);
    unsigned char* encoded = nullptr;
    const int size = i2d_CMS_ContentInfo(cms.get(), &encoded);
    require(size > 0);
    const Bytes der(encoded, encoded + size);
    OPENSSL_free(encoded);
    const EnvelopedMessage parsed = parse_enveloped(der);
    CHECK(parsed.cipher == ContentCipher::triple_des_cbc);
    const Bytes content = open_message(der, certificates.front(), *key);
    CHECK(as_text(content) == read_corpus("01-openssl/smcont.txt"));
}
