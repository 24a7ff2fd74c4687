#include "cms/error.h"
#include "cms/signed_data_verifier.h"
#include "tests/catch.h"
#include "tests/cms/certificate_authority.h"
#include "tests/cms/openssl_cms.h"
#include "tests/cms/software_token.h"
#include "tests/cms/test_keys.h"

using namespace signet::cms;
using namespace signet::cms::test;

namespace {

const Bytes content{'P', 'a', 'y', ' ', '1', '0', '0', '\r', '\n'};

ContentSource the_content() {
    return [](const std::function<void(BytesView)>& feed) { feed(content); };
}

Bytes our_message(const Certificate& alice, bool attached) {
    const SignerProfile signer(alice, {});
    const Bytes detached =
        detached_signed_data({sign_content(test_key(KeyType::p256), signer, SignatureScheme::ecdsa,
                                           DigestAlgorithm::sha256, content)},
                             "1.2.840.113549.1.7.1", IncludedCertificates::chain);
    return attached ? attach_content(detached, content) : detached;
}

bool is_malformed(BytesView message) {
    try {
        (void)verify_signed_data(message, the_content(), {});
    } catch (const Error& error) {
        return error.code() == ErrorCode::malformed;
    }
    return false;
}

}  // namespace

TEST_CASE("a SignedData that ends early, or late, is malformed") {
    const CertificateAuthority root;
    const Certificate alice = root.issue(test_key(KeyType::p256));
    SignOptions streamed;
    streamed.flags = CMS_STREAM;
    for (const Bytes& message : {our_message(alice, false), our_message(alice, true),
                                 openssl_sign(test_key(KeyType::p256), alice, content, streamed)}) {
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

TEST_CASE("no flipped bit makes a SignedData hold for another content") {
    const CertificateAuthority root;
    const Certificate alice = root.issue(test_key(KeyType::p256));
    VerifyOptions options;
    options.trust_anchors = {root.certificate()};
    Bytes message = our_message(alice, true);
    REQUIRE(verify_signed_data(message, nullptr, options).holds());
    std::size_t refused = 0;
    // Two or three bits of each byte, each place in turn.
    for (std::size_t bit = 0; bit < message.size() * 8; bit += 3) {
        message[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
        CAPTURE(bit);
        try {
            const SignedDataResult result = verify_signed_data(message, the_content(), options);
            if (result.holds()) {
                // A content that is no longer attached is fed from outside, and must still be this one.
                REQUIRE(result.content.value_or(content) == content);
                REQUIRE(result.content_type == "1.2.840.113549.1.7.1");
            } else {
                ++refused;
            }
        } catch (const Error&) {
            ++refused;
        }
        message[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
    }
    // All but the few bits that nothing protects (versions, the set of digest algorithms).
    CHECK(refused > message.size() * 8 / 3 * 9 / 10);
}
