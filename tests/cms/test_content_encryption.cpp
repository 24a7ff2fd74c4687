// Encrypted messages that are written as their content comes.
#include "cms/content_encryption.h"

#include "cms/asn1/content_info.h"
#include "cms/error.h"
#include "tests/catch.h"
#include "tests/cms/certificate_authority.h"
#include "tests/cms/openssl_cms.h"
#include "tests/cms/software_token.h"
#include "tests/cms/test_keys.h"

using namespace signet;
using namespace signet::cms;
using namespace signet::cms::test;

namespace {

Bytes encrypted(BytesView content, std::size_t piece, const Certificate& recipient, ContentCipher cipher,
                std::optional<std::uint64_t> size) {
    Bytes message;
    ContentEncryption encryption({recipient}, {cipher, RsaKeyTransport::oaep_sha1}, size,
                                 appending_to(message));
    while (!content.empty()) {
        const BytesView next = content.first(std::min(piece, content.size()));
        encryption.update(next);
        content = content.subspan(next.size());
    }
    encryption.finish();
    return message;
}

}  // namespace

TEST_CASE("what is encrypted as it comes opens here and with OpenSSL") {
    const CertificateAuthority root;
    const Certificate alice = root.issue(test_key(KeyType::p256));
    for (const ContentCipher cipher : {ContentCipher::aes256_gcm, ContentCipher::aes128_cbc}) {
        for (const std::size_t size : {0U, 1U, 15U, 16U, 17U, 65520U, 65536U, 200'000U}) {
            const Bytes content(size, 'x');
            for (const bool known : {false, true}) {
                CAPTURE(cipher_name(cipher), size, known);
                const Bytes message = encrypted(content, 999, alice, cipher,
                                                known ? std::optional<std::uint64_t>(size) : std::nullopt);
                CHECK(open_message(message, alice, test_key(KeyType::p256)) == content);
                const auto opened = openssl_decrypt(message, alice, test_key(KeyType::p256));
                REQUIRE(opened);
                CHECK(*opened == content);
                // DER is what comes out of the templates.
                const auto parsed = asn1::decode<asn1::ContentInfo>(message, "message");
                CHECK((asn1::encode(*parsed) == message) == known);
            }
        }
    }
}

TEST_CASE("a content of another size than it was said to have is not encrypted") {
    const CertificateAuthority root;
    const Certificate alice = root.issue(test_key(KeyType::p256));
    for (const std::uint64_t size : {0U, 99U, 101U}) {
        try {
            (void)encrypted(Bytes(100), 7, alice, ContentCipher::aes256_gcm, size);
            FAIL("it was encrypted");
        } catch (const Error& error) {
            CHECK(error.code() == ErrorCode::failed);
        }
    }
}

TEST_CASE("GCM has an end, and CBC has none") {
    const CertificateAuthority root;
    const Certificate alice = root.issue(test_key(KeyType::p256));
    constexpr std::uint64_t limit = (std::uint64_t{1} << 36) - 32;
    const auto start = [&](ContentCipher cipher, std::uint64_t size) {
        ContentEncryption({alice}, {cipher, RsaKeyTransport::oaep_sha1}, size, [](BytesView) {});
    };
    CHECK_NOTHROW(start(ContentCipher::aes256_gcm, limit));
    CHECK_THROWS_WITH(start(ContentCipher::aes256_gcm, limit + 1), Catch::Contains("64 GiB"));
    CHECK_NOTHROW(start(ContentCipher::aes256_cbc, limit + 1));
}
