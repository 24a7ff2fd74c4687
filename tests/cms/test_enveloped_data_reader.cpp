// Encrypted messages that come in pieces.
#include "cms/enveloped_data_reader.h"

#include <openssl/objects.h>

#include <algorithm>

#include "cms/content_decryption.h"
#include "cms/error.h"
#include "tests/catch.h"
#include "tests/cms/byte_sources.h"
#include "tests/cms/certificate_authority.h"
#include "tests/cms/openssl_cms.h"
#include "tests/cms/software_token.h"
#include "tests/cms/test_keys.h"

using namespace signet;
using namespace signet::cms;
using namespace signet::cms::test;
using asn1::Tag;

namespace {

const Bytes secret{'T', 'h', 'e', ' ', 's', 'e', 'c', 'r', 'e', 't'};

/// The plaintext of a message as it comes.
Bytes open_stream(const ByteSource& source, const Certificate& certificate, KeyType type) {
    EnvelopedDataReader reader(source);
    EnvelopedMessage head;
    static_cast<EnvelopedHead&>(head) = reader.head();
    const Secret key = unwrap_for(head, certificate, test_key(type));
    Bytes plaintext;
    ContentDecryption decryption(reader.head(), key, appending_to(plaintext));
    reader.read_content([&](BytesView piece) { decryption.update(piece); });
    decryption.finish(reader.read_rest(), [&](const ByteSink& feed) { feed(plaintext); });
    return plaintext;
}

ErrorCode refusal_of(const Bytes& message) {
    try {
        EnvelopedDataReader reader(memory_source(message));
        reader.read_content([](BytesView) {});
        (void)reader.read_rest();
    } catch (const Error& error) {
        return error.code();
    }
    FAIL("it was read");
    return ErrorCode::failed;
}

struct Parts {
    Bytes recipient_infos;
    Bytes content;
    Bytes algorithm = asn1::tlv(
        Tag::sequence, {asn1::object_identifier(NID_aes_256_cbc), asn1::tlv(Tag::octet_string, {Bytes(16)})});
    Bytes before_recipients{};
    Bytes after_content{};
};

/// EnvelopedData by hand.
Bytes built(const Parts& parts) {
    const Bytes info =
        asn1::tlv(Tag::sequence, {asn1::object_identifier(NID_pkcs7_data), parts.algorithm, parts.content});
    const Bytes data =
        asn1::tlv(Tag::sequence, {asn1::integer(0), parts.before_recipients,
                                  asn1::tlv(Tag::set, {parts.recipient_infos}), info, parts.after_content});
    return asn1::tlv(Tag::sequence,
                     {asn1::object_identifier(NID_pkcs7_enveloped), asn1::tlv(asn1::context(0), {data})});
}

/// A KEKRecipientInfo, which nobody looks into.
const Bytes foreign_recipient = asn1::tlv(asn1::context(2), {asn1::integer(4)});
const Bytes no_content = asn1::tlv(asn1::context_primitive(0), {Bytes(16)});

}  // namespace

TEST_CASE("an encrypted message is opened as it comes, whatever the pieces are") {
    const CertificateAuthority root;
    const Certificate alice = root.issue(test_key(KeyType::p256));
    const auto seed = fresh_seed();
    CAPTURE(seed);
    const Bytes large(200'000, 'x');
    SealOptions cbc{EVP_aes_128_cbc()};
    SealOptions streamed_cbc{EVP_aes_256_cbc(), CMS_STREAM};
    SealOptions streamed_gcm{EVP_aes_256_gcm(), CMS_STREAM};
    for (const Bytes& of : {secret, Bytes(16, 'x'), large}) {
        for (const Bytes& message :
             {openssl_encrypt(of, {alice}, {}), openssl_encrypt(of, {alice}, cbc),
              openssl_encrypt(of, {alice}, streamed_cbc), openssl_encrypt(of, {alice}, streamed_gcm),
              encrypt_content(of, {alice}, {}),
              encrypt_content(of, {alice}, {ContentCipher::aes192_cbc, RsaKeyTransport::oaep_sha1})}) {
            for (const ByteSource& source :
                 {bytewise(message), in_random_pieces(message, seed), memory_source(message)})
                CHECK(open_stream(source, alice, KeyType::p256) == of);
        }
    }
    for (const ContentCipher cipher : {ContentCipher::aes256_gcm, ContentCipher::aes256_cbc}) {
        const Bytes empty = encrypt_content({}, {alice}, {cipher, RsaKeyTransport::oaep_sha1});
        CHECK(open_stream(bytewise(empty), alice, KeyType::p256).empty());
    }
}

TEST_CASE("an encrypted stream that ends early, or late, is malformed") {
    const CertificateAuthority root;
    const Certificate alice = root.issue(test_key(KeyType::p256));
    for (const Bytes& message : {encrypt_content(secret, {alice}, {}),
                                 openssl_encrypt(secret, {alice}, {EVP_aes_256_gcm(), CMS_STREAM}),
                                 openssl_encrypt(secret, {alice}, {EVP_aes_256_cbc(), CMS_STREAM})}) {
        for (std::size_t size = 0; size < message.size(); ++size) {
            CAPTURE(size);
            REQUIRE(refusal_of({message.begin(), message.begin() + static_cast<std::ptrdiff_t>(size)}) ==
                    ErrorCode::malformed);
        }
        Bytes longer = message;
        longer.push_back(0);
        CHECK(refusal_of(longer) == ErrorCode::malformed);
    }
}

TEST_CASE("an AuthEnvelopedData with any bit flipped is not opened as a stream") {
    const CertificateAuthority root;
    const Certificate alice = root.issue(test_key(KeyType::p256));
    Bytes message = openssl_encrypt(secret, {alice}, {EVP_aes_256_gcm(), CMS_STREAM});
    REQUIRE(open_stream(memory_source(message), alice, KeyType::p256) == secret);
    const Bytes cofactor = asn1::object_identifier(NID_dhSinglePass_cofactorDH_sha1kdf_scheme);
    for (std::size_t bit = 0; bit < message.size() * 8; ++bit) {
        message[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
        CAPTURE(bit);
        try {
            const Bytes opened = open_stream(memory_source(message), alice, KeyType::p256);
            REQUIRE(opened == secret);
            // With the cofactor of P-256, which is 1, it is the same key agreement.
            CHECK(std::search(message.begin(), message.end(), cofactor.begin(), cofactor.end()) !=
                  message.end());
        } catch (const Error&) {
            SUCCEED("it is refused");
        }
        message[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
    }
}

TEST_CASE("attributes behind a long content are authenticated with it") {
    const CertificateAuthority root;
    const Certificate alice = root.issue(test_key(KeyType::p256));
    const auto seed = fresh_seed();
    CAPTURE(seed);
    const Bytes long_content(200'001, 'x');
    const EnvelopedMessage parsed = parse_enveloped(encrypt_content(long_content, {alice}, {}));
    const auto attribute = [](int type, const Bytes& value) {
        return asn1::tlv(Tag::sequence, {asn1::object_identifier(type), asn1::tlv(Tag::set, {value})});
    };
    const Bytes content_type = attribute(NID_pkcs9_contentType, asn1::object_identifier(NID_pkcs7_data));
    const Bytes other = attribute(NID_pkcs9_challengePassword, asn1::tlv(Tag::utf8_string, {Bytes(40, 'x')}));
    const Bytes set = asn1::set_of(Tag::set, {content_type, other});
    // The same key and nonce, with the attributes before the content (RFC 5083 section 2.2).
    const Secret key = unwrap_for(parsed, alice, test_key(KeyType::p256));
    const EvpCipherCtxPtr context(EVP_CIPHER_CTX_new());
    int size = 0;
    Bytes ciphertext(long_content.size());
    Bytes tag(16);
    REQUIRE(EVP_EncryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, key.data(), parsed.iv.data()) == 1);
    REQUIRE(EVP_EncryptUpdate(context.get(), nullptr, &size, set.data(), static_cast<int>(set.size())) == 1);
    REQUIRE(EVP_EncryptUpdate(context.get(), ciphertext.data(), &size, long_content.data(),
                              static_cast<int>(long_content.size())) == 1);
    REQUIRE(EVP_EncryptFinal_ex(context.get(), tag.data(), &size) == 1);
    REQUIRE(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_GET_TAG, 16, tag.data()) == 1);
    REQUIRE(ciphertext == parsed.encrypted_content);
    const auto message = [&](Bytes attributes, const Bytes& content, const Bytes& mac) {
        attributes.front() = 0xA1;
        const Bytes info = asn1::tlv(
            Tag::sequence, {asn1::object_identifier(NID_pkcs7_data), parsed.content_encryption_algorithm,
                            asn1::tlv(asn1::context_primitive(0), {content})});
        const Bytes data =
            asn1::tlv(Tag::sequence, {asn1::integer(0), asn1::tlv(Tag::set, {parsed.recipient_infos.front()}),
                                      info, attributes, asn1::tlv(Tag::octet_string, {mac})});
        return asn1::tlv(Tag::sequence, {asn1::object_identifier(NID_id_smime_ct_authEnvelopedData),
                                         asn1::tlv(asn1::context(0), {data})});
    };
    const auto refusal = [&](const Bytes& altered) {
        try {
            (void)open_stream(in_random_pieces(altered, seed), alice, KeyType::p256);
        } catch (const Error& error) {
            return error.code();
        }
        return ErrorCode::failed;
    };
    const Bytes good = message(set, ciphertext, tag);
    CHECK(open_stream(in_random_pieces(good, seed), alice, KeyType::p256) == long_content);
    const auto flipped = [](Bytes bytes) {
        bytes.back() ^= 1;
        return bytes;
    };
    CHECK(refusal(message(flipped(set), ciphertext, tag)) == ErrorCode::cannot_decrypt);
    CHECK(refusal(message(set, flipped(ciphertext), tag)) == ErrorCode::cannot_decrypt);
    CHECK(refusal(message(set, ciphertext, flipped(tag))) == ErrorCode::cannot_decrypt);
    // Without its attributes, the tag of the content alone is another.
    CHECK(refusal(message(set, ciphertext, parsed.tag)) == ErrorCode::cannot_decrypt);
}

TEST_CASE("recipients are as many as can be looked at") {
    const auto with = [](std::size_t count, const Bytes& recipient) {
        Parts parts{{}, no_content};
        for (std::size_t i = 0; i < count; ++i)
            asn1::append(parts.recipient_infos, recipient);
        return built(parts);
    };
    EnvelopedDataReader most(memory_source(with(max_recipient_infos, foreign_recipient)));
    CHECK(most.head().recipient_infos.size() == max_recipient_infos);
    CHECK(refusal_of(with(0, foreign_recipient)) == ErrorCode::malformed);
    CHECK(refusal_of(with(max_recipient_infos + 1, foreign_recipient)) == ErrorCode::malformed);
    CHECK(refusal_of(with(100'000, foreign_recipient)) == ErrorCode::malformed);
    const Bytes large = asn1::tlv(asn1::context(2), {asn1::tlv(Tag::octet_string, {Bytes(1'000'000)})});
    CHECK(EnvelopedDataReader(memory_source(with(8, large))).head().recipient_infos.size() == 8);
    CHECK(refusal_of(with(9, large)) == ErrorCode::malformed);
}

TEST_CASE("an encrypted content in strings within strings") {
    constexpr auto constructed = static_cast<Tag>(0x24);
    Bytes nested = asn1::tlv(Tag::octet_string, {Bytes(16, 'x')});
    const auto message = [&] { return built({foreign_recipient, asn1::tlv(asn1::context(0), {nested})}); };
    for (int i = 0; i < 40; ++i)
        nested = asn1::tlv(constructed, {nested, asn1::tlv(Tag::octet_string, {})});
    CHECK(parse_enveloped(message()).encrypted_content == Bytes(16, 'x'));
    for (int i = 0; i < 10'000; ++i)
        nested = asn1::tlv(constructed, {nested});
    CHECK(refusal_of(message()) == ErrorCode::malformed);
}

TEST_CASE("an encrypted content of a length that nobody has") {
    for (const Bytes& length : std::vector<Bytes>{{0x84, 0x7F, 0xFF, 0xFF, 0xFF},
                                                  {0x84, 0x80, 0x00, 0x00, 0x00},
                                                  {0x85, 0x01, 0x00, 0x00, 0x00, 0x00},
                                                  {0x88, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF},
                                                  {0x88, 0x80, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00}}) {
        Bytes content{0x80};
        asn1::append(content, length);
        CHECK(refusal_of(built({foreign_recipient, content})) == ErrorCode::malformed);
    }
}

TEST_CASE("a content type that is not id-data is authenticated") {
    const auto attribute = [](int type, const Bytes& values) {
        return asn1::tlv(Tag::sequence, {asn1::object_identifier(type), asn1::tlv(Tag::set, {values})});
    };
    const auto naming = [&](int type) {
        return attribute(NID_pkcs9_contentType, asn1::object_identifier(type));
    };
    const auto message = [](int type, const Bytes& attributes) {
        const Bytes parameters = asn1::tlv(
            Tag::sequence, {asn1::tlv(Tag::octet_string, {Bytes(12)}), asn1::integer(aead_tag_size)});
        const Bytes info = asn1::tlv(
            Tag::sequence,
            {asn1::object_identifier(type),
             asn1::tlv(Tag::sequence, {asn1::object_identifier(NID_aes_256_gcm), parameters}), no_content});
        const Bytes tagged = attributes.empty() ? Bytes() : asn1::tlv(asn1::context(1), {attributes});
        const Bytes data =
            asn1::tlv(Tag::sequence, {asn1::integer(0), asn1::tlv(Tag::set, {foreign_recipient}), info,
                                      tagged, asn1::tlv(Tag::octet_string, {Bytes(aead_tag_size)})});
        return asn1::tlv(Tag::sequence, {asn1::object_identifier(NID_id_smime_ct_authEnvelopedData),
                                         asn1::tlv(asn1::context(0), {data})});
    };
    CHECK(parse_enveloped(message(NID_pkcs7_data, {})).authenticated);
    const Bytes other = attribute(NID_pkcs9_challengePassword, asn1::integer(1));
    CHECK(parse_enveloped(message(NID_pkcs7_data, other)).authenticated_attributes.size() > other.size());
    CHECK(parse_enveloped(message(NID_pkcs7_signed, naming(NID_pkcs7_signed))).content_type ==
          "1.2.840.113549.1.7.2");
    CHECK(refusal_of(message(NID_pkcs7_signed, {})) == ErrorCode::malformed);
    CHECK(refusal_of(message(NID_pkcs7_signed, other)) == ErrorCode::malformed);
    CHECK(refusal_of(message(NID_pkcs7_signed, naming(NID_pkcs7_data))) == ErrorCode::malformed);
    CHECK(refusal_of(message(NID_pkcs7_data, naming(NID_pkcs7_signed))) == ErrorCode::malformed);
    Bytes twice = naming(NID_pkcs7_signed);
    asn1::append(twice, naming(NID_pkcs7_data));
    CHECK(refusal_of(message(NID_pkcs7_signed, twice)) == ErrorCode::malformed);
    Bytes two_values = asn1::object_identifier(NID_pkcs7_signed);
    asn1::append(two_values, asn1::object_identifier(NID_pkcs7_signed));
    CHECK(refusal_of(message(NID_pkcs7_signed, attribute(NID_pkcs9_contentType, two_values))) ==
          ErrorCode::malformed);
    CHECK(refusal_of(message(NID_pkcs7_signed, attribute(NID_pkcs9_contentType, {}))) ==
          ErrorCode::malformed);
    CHECK(refusal_of(message(NID_pkcs7_signed, attribute(NID_pkcs9_contentType, asn1::integer(1)))) ==
          ErrorCode::malformed);
}

TEST_CASE("what nobody looks at must be what it says") {
    const Bytes attribute = asn1::tlv(
        Tag::sequence, {asn1::object_identifier(NID_pkcs7_data), asn1::tlv(Tag::set, {asn1::integer(1)})});
    const Bytes originator = asn1::tlv(asn1::context(0), {});
    Parts parts{foreign_recipient, no_content};
    parts.before_recipients = originator;
    parts.after_content = asn1::tlv(asn1::context(1), {attribute});
    CHECK(parse_enveloped(built(parts)).encrypted_content == Bytes(16));
    parts.after_content = asn1::tlv(asn1::context(1), {asn1::integer(1)});
    CHECK(refusal_of(built(parts)) == ErrorCode::malformed);
    parts.after_content = asn1::tlv(asn1::context(2), {attribute});
    CHECK(refusal_of(built(parts)) == ErrorCode::malformed);
    parts.after_content = {};
    parts.before_recipients = asn1::tlv(asn1::context(0), {asn1::integer(1)});
    CHECK(refusal_of(built(parts)) == ErrorCode::malformed);
}
