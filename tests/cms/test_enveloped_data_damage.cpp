#include "cms/asn1/content_info.h"
#include "cms/asn1/der.h"
#include "cms/enveloped_data.h"
#include "cms/error.h"
#include "tests/catch.h"
#include "tests/cms/certificate_authority.h"
#include "tests/cms/openssl_cms.h"
#include "tests/cms/software_token.h"
#include "tests/cms/test_keys.h"

#include <algorithm>

using namespace signet;
using namespace signet::cms;
using namespace signet::cms::test;

namespace {

const Bytes content{'T', 'h', 'e', ' ', 's', 'e', 'c', 'r', 'e', 't'};

bool is_malformed(BytesView message) {
    try {
        (void)parse_enveloped(message);
    } catch (const Error& error) {
        return error.code() == ErrorCode::malformed;
    }
    return false;
}

/// The same message with `from` replaced by `to`, which is as long.
Bytes replaced(Bytes message, const Bytes& from, const Bytes& to) {
    const auto found = std::search(message.begin(), message.end(), from.begin(), from.end());
    REQUIRE(found != message.end());
    REQUIRE(from.size() == to.size());
    std::copy(to.begin(), to.end(), found);
    return message;
}

}  // namespace

TEST_CASE("an encrypted message that ends early, or late, is malformed") {
    const CertificateAuthority root;
    const Certificate alice = root.issue(test_key(KeyType::p256));
    const Certificate bob = root.issue(test_key(KeyType::rsa2048));
    SealOptions streamed;
    streamed.flags = CMS_STREAM;
    streamed.cipher = EVP_aes_128_cbc();
    for (const Bytes& message :
         {encrypt_content(content, {alice, bob}, {}),
          encrypt_content(content, {alice, bob}, {ContentCipher::aes256_cbc, RsaKeyTransport::pkcs1}),
          openssl_encrypt(content, {alice, bob}, streamed)}) {
        REQUIRE_FALSE(is_malformed(message));
        for (std::size_t size = 0; size < message.size(); ++size) {
            CAPTURE(size);
            REQUIRE(is_malformed(BytesView(message).first(size)));
        }
        Bytes longer = message;
        longer.push_back(0);
        CHECK(is_malformed(longer));
    }
}

TEST_CASE("an AuthEnvelopedData with any bit flipped is not opened") {
    const CertificateAuthority root;
    const auto type = GENERATE(KeyType::p256, KeyType::rsa2048);
    const Certificate alice = root.issue(test_key(type));
    Bytes message = encrypt_content(content, {alice}, {});
    REQUIRE(open_message(message, alice, test_key(type)) == content);
    // RSA: a private-key operation each is slow, so every seventh bit, which is each place in turn.
    for (std::size_t bit = 0; bit < message.size() * 8; bit += type == KeyType::rsa2048 ? 7 : 1) {
        message[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
        CAPTURE(bit);
        try {
            (void)open_message(message, alice, test_key(type));
            FAIL_CHECK("it was opened");
        } catch (const Error& error) {
            REQUIRE(error.code() != ErrorCode::failed);
        }
        message[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
    }
}

TEST_CASE("an AEAD belongs into AuthEnvelopedData, and CBC does not") {
    const CertificateAuthority root;
    const Certificate alice = root.issue(test_key(KeyType::p256));
    const Bytes gcm = encrypt_content(content, {alice}, {});
    const Bytes as_cbc =
        replaced(gcm, asn1::object_identifier(NID_aes_256_gcm), asn1::object_identifier(NID_aes_256_cbc));
    CHECK(is_malformed(as_cbc));
    const Bytes cbc =
        encrypt_content(content, {alice}, {ContentCipher::aes256_cbc, RsaKeyTransport::oaep_sha1});
    const Bytes as_gcm =
        replaced(cbc, asn1::object_identifier(NID_aes_256_cbc), asn1::object_identifier(NID_aes_256_gcm));
    CHECK(is_malformed(as_gcm));
}

TEST_CASE("a nonce of 12 bytes and a tag of 12 to 16 bytes, as long as the parameters say") {
    const auto parameters = [](std::size_t nonce, const Bytes& length) {
        const Bytes gcm =
            asn1::tlv(asn1::Tag::sequence, {asn1::tlv(asn1::Tag::octet_string, {Bytes(nonce)}), length});
        return asn1::tlv(asn1::Tag::sequence, {asn1::object_identifier(NID_aes_128_gcm), gcm});
    };
    const auto accepts = [](const Bytes& algorithm) {
        try {
            return parse_content_encryption_algorithm(algorithm) == ContentCipher::aes128_gcm;
        } catch (const Error& error) {
            CHECK(error.code() == ErrorCode::malformed);
            return false;
        }
    };
    CHECK(accepts(parameters(12, {})));
    for (const std::uint32_t length : {12U, 13U, 16U})
        CHECK(accepts(parameters(12, asn1::integer(length))));
    for (const std::uint32_t length : {0U, 4U, 8U, 11U, 17U, 32U, 0xFFFFFFFFU})
        CHECK_FALSE(accepts(parameters(12, asn1::integer(length))));
    for (const std::size_t nonce : {0U, 1U, 8U, 11U, 13U, 16U, 4096U})
        CHECK_FALSE(accepts(parameters(nonce, asn1::integer(16))));

    const CertificateAuthority root;
    const Certificate alice = root.issue(test_key(KeyType::p256));
    Bytes message = encrypt_content(content, {alice}, {});
    // The tag says 16; the parameters then say 15.
    const Bytes sixteen = asn1::integer(16);
    const Bytes nonce = parse_enveloped(message).iv;
    Bytes from = nonce;
    asn1::append(from, sixteen);
    Bytes to = nonce;
    asn1::append(to, asn1::integer(15));
    CHECK(is_malformed(replaced(message, from, to)));
}

TEST_CASE("CBC needs an IV of 16 bytes, and nothing else") {
    const auto accepts = [](const Bytes& parameters) {
        const Bytes algorithm =
            asn1::tlv(asn1::Tag::sequence, {asn1::object_identifier(NID_aes_256_cbc), parameters});
        try {
            return parse_content_encryption_algorithm(algorithm) == ContentCipher::aes256_cbc;
        } catch (const Error&) {
            return false;
        }
    };
    CHECK(accepts(asn1::tlv(asn1::Tag::octet_string, {Bytes(16)})));
    CHECK_FALSE(accepts(asn1::tlv(asn1::Tag::octet_string, {Bytes(15)})));
    CHECK_FALSE(accepts(asn1::tlv(asn1::Tag::octet_string, {Bytes(17)})));
    CHECK_FALSE(accepts({}));
    CHECK_FALSE(accepts({0x05, 0x00}));
}

TEST_CASE("authenticated attributes are authenticated") {
    // Built by hand, because OpenSSL 3.0 makes none: the AAD is the SET OF, with its own tag (RFC 5083
    // section 2.2).
    const CertificateAuthority root;
    const Certificate alice = root.issue(test_key(KeyType::p256));
    EnvelopedMessage parsed = parse_enveloped(encrypt_content(content, {alice}, {}));
    const Secret key = unwrap_for(parsed, alice, test_key(KeyType::p256));
    const Bytes type = asn1::tlv(asn1::Tag::sequence,
                                 {asn1::object_identifier("1.2.840.113549.1.9.3"),
                                  asn1::tlv(asn1::Tag::set, {asn1::object_identifier(NID_pkcs7_data)})});
    const Bytes other_attribute =
        asn1::tlv(asn1::Tag::sequence,
                  {asn1::object_identifier(NID_pkcs9_challengePassword),
                   asn1::tlv(asn1::Tag::set, {asn1::tlv(asn1::Tag::utf8_string, {Bytes(40, 'x')})})});
    const Bytes set = asn1::set_of(asn1::Tag::set, {type, other_attribute});
    const EvpCipherCtxPtr context(EVP_CIPHER_CTX_new());
    int size = 0;
    Bytes ciphertext(content.size());
    REQUIRE(EVP_EncryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, key.data(), parsed.iv.data()) == 1);
    REQUIRE(EVP_EncryptUpdate(context.get(), nullptr, &size, set.data(), static_cast<int>(set.size())) == 1);
    REQUIRE(EVP_EncryptUpdate(context.get(), ciphertext.data(), &size, content.data(),
                              static_cast<int>(content.size())) == 1);
    REQUIRE(EVP_EncryptFinal_ex(context.get(), ciphertext.data() + size, &size) == 1);
    Bytes tag(16);
    REQUIRE(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_GET_TAG, 16, tag.data()) == 1);

    const auto build = [&](Bytes attributes) {
        if (!attributes.empty())
            attributes.front() = 0xA1;
        const Bytes info =
            asn1::tlv(asn1::Tag::sequence,
                      {asn1::object_identifier(NID_pkcs7_data), parsed.content_encryption_algorithm,
                       asn1::tlv(asn1::context_primitive(0), {ciphertext})});
        const Bytes recipients = asn1::tlv(asn1::Tag::set, {parsed.recipient_infos.front()});
        const Bytes data = asn1::tlv(asn1::Tag::sequence, {asn1::integer(0), recipients, info, attributes,
                                                           asn1::tlv(asn1::Tag::octet_string, {tag})});
        return asn1::tlv(asn1::Tag::sequence, {asn1::object_identifier(NID_id_smime_ct_authEnvelopedData),
                                               asn1::tlv(asn1::context(0), {data})});
    };
    CHECK(parse_enveloped(build(set)).authenticated_attributes == set);
    CHECK(open_message(build(set), alice, test_key(KeyType::p256)) == content);
    CHECK_THROWS_AS(open_message(build({}), alice, test_key(KeyType::p256)), Error);
    Bytes other = set;
    other.back() ^= 1;
    CHECK_THROWS_AS(open_message(build(other), alice, test_key(KeyType::p256)), Error);
}
