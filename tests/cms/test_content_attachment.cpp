// SignedData with a content, written as the content comes.
#include "cms/content_attachment.h"

#include "cms/asn1/content_info.h"
#include "cms/error.h"
#include "cms/signed_data_builder.h"
#include "tests/cms/certificate_authority.h"
#include "tests/cms/openssl_cms.h"
#include "tests/cms/software_token.h"
#include "tests/cms/test_keys.h"
#include "tests/cms/verified_message.h"

using namespace signet::cms;
using namespace signet::cms::test;

namespace {

Bytes detached_message(const Certificate& alice, const Bytes& of, IncludedCertificates certificates) {
    const SignerProfile signer(alice, {});
    return detached_signed_data(
        {sign_content(test_key(KeyType::p256), signer, SignatureScheme::ecdsa, DigestAlgorithm::sha256, of)},
        "1.2.840.113549.1.7.1", certificates);
}

}  // namespace

TEST_CASE("a content that is attached as it comes verifies here and with OpenSSL") {
    const CertificateAuthority root;
    const Certificate alice = root.issue(test_key(KeyType::p256));
    for (const std::size_t size : {0U, 1U, 65536U, 200'000U}) {
        const Bytes of(size, 'x');
        const Bytes detached = detached_message(alice, of, IncludedCertificates::chain);
        for (const bool known : {false, true}) {
            CAPTURE(size, known);
            Bytes message;
            ContentAttachment attachment(detached, known ? std::optional<std::uint64_t>(size) : std::nullopt,
                                         appending_to(message));
            for (std::size_t i = 0; i < size; i += 1000)
                attachment.update(BytesView(of).subspan(i, std::min<std::size_t>(1000, size - i)));
            attachment.finish();
            const auto result = verify_signed_data(message, nullptr, trusting(root.certificate()));
            CHECK(result.holds());
            CHECK(result.content == of);
            CHECK(openssl_verify(message, nullptr, root.certificate()) == of);
            const auto parsed = asn1::decode<asn1::ContentInfo>(message, "message");
            CHECK((asn1::encode(*parsed) == message) == known);
        }
        CHECK(
            verify_signed_data(attach_content(detached, of), nullptr, trusting(root.certificate())).holds());
    }
}

TEST_CASE("nothing else is taken for a detached SignedData") {
    const CertificateAuthority root;
    const Certificate alice = root.issue(test_key(KeyType::p256));
    const Bytes detached = detached_message(alice, content, IncludedCertificates::none);
    const auto refused = [](BytesView message) {
        try {
            const ContentAttachment attachment(message, {}, [](BytesView) {});
        } catch (const Error& error) {
            return error.code() == ErrorCode::malformed;
        }
        return false;
    };
    CHECK_FALSE(refused(detached));
    CHECK(refused(attach_content(detached, content)));
    CHECK(refused(alice.der()));
    CHECK(refused({}));
    CHECK(refused(BytesView(detached).first(detached.size() - 1)));
}
