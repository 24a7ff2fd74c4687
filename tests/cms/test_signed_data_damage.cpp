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

const std::vector<std::size_t> no_bits;

/// Which bits can be flipped so that it still holds, counted from the lowest of the first octet. All of it
/// must serve: nothing protects a certificate that no path needs, nor unsigned attributes.
std::vector<std::size_t> holding_with_a_flipped_bit(Bytes message, const CertificateAuthority& root) {
    VerifyOptions options;
    options.trust_anchors = {root.certificate()};
    REQUIRE(verify_signed_data(message, the_content(), options).holds());
    std::vector<std::size_t> holding;
    for (std::size_t bit = 0; bit < message.size() * 8; ++bit) {
        const auto flip = [&] { message[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8)); };
        flip();
        try {
            if (verify_signed_data(message, the_content(), options).holds())
                holding.push_back(bit);
        } catch (const Error& error) {
            if (error.code() != ErrorCode::malformed)
                FAIL(error.what());
        }
        flip();
    }
    return holding;
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

TEST_CASE("no flipped bit leaves a SignedData that holds") {
    const CertificateAuthority root;
    const Certificate alice = root.issue(test_key(KeyType::p256));
    CHECK(holding_with_a_flipped_bit(our_message(alice, true), root) == no_bits);
    CHECK(holding_with_a_flipped_bit(our_message(alice, false), root) == no_bits);
}

TEST_CASE("no flipped bit leaves a SignedData of OpenSSL's that holds") {
    const CertificateAuthority root;
    SignOptions by_key;
    by_key.flags = CMS_STREAM | CMS_NOATTR | CMS_USE_KEYID;
    const Certificate alice = root.issue(test_key(KeyType::p256));
    CHECK(holding_with_a_flipped_bit(openssl_sign(test_key(KeyType::p256), alice, content, by_key), root) ==
          no_bits);
    SignOptions pss;
    pss.pss = true;
    const Certificate bob = root.issue(test_key(KeyType::rsa2048));
    CHECK(holding_with_a_flipped_bit(openssl_sign(test_key(KeyType::rsa2048), bob, content, pss), root) ==
          no_bits);
}
