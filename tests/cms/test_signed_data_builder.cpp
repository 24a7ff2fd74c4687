#include "cms/asn1/content_info.h"
#include "cms/asn1/der.h"
#include "cms/digest_stream.h"
#include "cms/error.h"
#include "cms/signed_data_builder.h"
#include "cms/signed_data_verifier.h"
#include "tests/catch.h"
#include "tests/cms/certificate_authority.h"
#include "tests/cms/openssl_cms.h"
#include "tests/cms/software_token.h"
#include "tests/cms/test_keys.h"

using namespace signet::cms;
using namespace signet::cms::test;

namespace {

const std::string data = "1.2.840.113549.1.7.1";

struct Case {
    KeyType key;
    SignatureScheme scheme;
};

std::string time_in_attributes(std::int64_t seconds) {
    const CertificateAuthority authority;
    const SignerProfile signer(authority.issue(test_key(KeyType::p256)), {});
    AttributeValues values;
    values.scheme = SignatureScheme::ecdsa;
    const Bytes zeros(32);
    values.digest = zeros;
    values.signing_time = seconds;
    const Bytes attributes = signed_attributes(signer, values);
    // signingTime: 1.2.840.113549.1.9.5, then SET, then the time.
    const Bytes type = asn1::object_identifier("1.2.840.113549.1.9.5");
    const std::string_view text = as_text(attributes);
    const std::size_t at = text.find(as_text(type)) + type.size() + 2;
    return std::string(text.substr(at + 2, static_cast<std::uint8_t>(text[at + 1]))) + "/" +
           std::to_string(static_cast<std::uint8_t>(text[at]));
}

}  // namespace

TEST_CASE("OpenSSL accepts a signature of every scheme, curve and hash, detached and attached") {
    const CertificateAuthority root;
    const CertificateAuthority lower(root, "Lower", 101);
    const Bytes content{'H', 'e', 'l', 'l', 'o', '\r', '\n'};
    const Bytes other{'h', 'e', 'l', 'l', 'o', '\r', '\n'};
    const auto [type, scheme] = GENERATE(values<Case>({{KeyType::rsa2048, SignatureScheme::rsa_pkcs1},
                                                       {KeyType::rsa2048, SignatureScheme::rsa_pss},
                                                       {KeyType::p256, SignatureScheme::ecdsa},
                                                       {KeyType::p384, SignatureScheme::ecdsa},
                                                       {KeyType::p521, SignatureScheme::ecdsa}}));
    const DigestAlgorithm digest_algorithm =
        GENERATE(DigestAlgorithm::sha256, DigestAlgorithm::sha384, DigestAlgorithm::sha512);
    const Certificate alice = lower.issue(test_key(type));
    const SignerProfile signer(alice, chain_of(alice, {lower.certificate(), root.certificate()}));
    CHECK(signer.certificates().size() == 2);
    const Signature signature = sign_content(test_key(type), signer, scheme, digest_algorithm, content);
    CHECK(signature_is_valid(*alice.public_key(), scheme, digest_algorithm,
                             digest(digest_algorithm, signature.signed_attributes), signature.value));

    const Bytes detached = detached_signed_data({signature}, data, IncludedCertificates::chain);
    CHECK(openssl_verify(detached, &content, root.certificate()) == content);
    CHECK_FALSE(openssl_verify(detached, &other, root.certificate()));
    CHECK(detached.size() <=
          signed_data_size_limit({&signer}, signature.value.size(), IncludedCertificates::chain));

    const Bytes attached = attach_content(detached, content);
    CHECK(openssl_verify(attached, nullptr, root.certificate()) == content);

    VerifyOptions options;
    options.trust_anchors = {root.certificate()};
    const SignedDataResult result = verify_signed_data(attached, nullptr, options);
    REQUIRE(result.signers.size() == 1);
    CAPTURE(result.signers.front().reasons);
    CHECK(result.holds());
    CHECK(result.content == content);
    CHECK(result.content_type == data);
    CHECK(result.signers.front().signing_time == 1750000000);
    CHECK(result.signers.front().digest_algorithm == digest_name(digest_algorithm));
}

TEST_CASE("what is written is DER: OpenSSL writes the same bytes again") {
    const CertificateAuthority root;
    const Certificate alice = root.issue(test_key(KeyType::p256));
    const SignerProfile signer(alice, {root.certificate()});
    const Bytes content(10, 'x');
    const Bytes detached =
        detached_signed_data({sign_content(test_key(KeyType::p256), signer, SignatureScheme::ecdsa,
                                           DigestAlgorithm::sha256, content)},
                             data, IncludedCertificates::chain);
    CHECK(asn1::encode(*asn1::decode<asn1::ContentInfo>(detached, "SignedData")) == detached);
}

TEST_CASE("several signers share one SignedData, and what they share is there once") {
    const CertificateAuthority root;
    const CertificateAuthority lower(root, "Lower", 101);
    const Certificate alice = lower.issue(test_key(KeyType::p256));
    CertificateRequest request;
    request.common_name = "Bob";
    const Certificate bob = lower.issue(test_key(KeyType::rsa2048), request);
    const SignerProfile first(alice, {lower.certificate()});
    const SignerProfile second(bob, {lower.certificate()});
    const Bytes content(100, 'x');
    const std::vector<Signature> signatures{
        sign_content(test_key(KeyType::p256), first, SignatureScheme::ecdsa, DigestAlgorithm::sha384,
                     content),
        sign_content(test_key(KeyType::rsa2048), second, SignatureScheme::rsa_pss, DigestAlgorithm::sha256,
                     content)};
    const Bytes detached = detached_signed_data(signatures, data, IncludedCertificates::chain);
    CHECK(openssl_verify(detached, &content, root.certificate()) == content);
    const auto message = asn1::decode<asn1::ContentInfo>(detached, "SignedData");
    CHECK(asn1::sk_CertificateChoices_num(message->d.signed_data->certificates) == 3);
    CHECK(sk_X509_ALGOR_num(message->d.signed_data->digest_algorithms) == 2);
    CHECK(detached.size() <= signed_data_size_limit({&first, &second}, 256, IncludedCertificates::chain));

    const Bytes lean = detached_signed_data(signatures, data, IncludedCertificates::none);
    CHECK(lean.size() <= signed_data_size_limit({&first, &second}, 256, IncludedCertificates::none));
    const auto parsed = asn1::decode<asn1::ContentInfo>(lean, "SignedData");
    CHECK(parsed->d.signed_data->certificates == nullptr);
    const Bytes medium = detached_signed_data(signatures, data, IncludedCertificates::signer);
    CHECK(medium.size() <= signed_data_size_limit({&first, &second}, 256, IncludedCertificates::signer));
    CHECK(lean.size() < medium.size());
    CHECK(medium.size() < detached.size());
}

TEST_CASE("another content type makes version 3, and is what the attribute says") {
    const CertificateAuthority root;
    const Certificate alice = root.issue(test_key(KeyType::p256));
    const SignerProfile signer(alice, {});
    const Bytes content(10, 'x');
    const std::string receipt = "1.2.840.113549.1.9.16.1.1";
    const Signature signature = sign_content(test_key(KeyType::p256), signer, SignatureScheme::ecdsa,
                                             DigestAlgorithm::sha256, content, receipt);
    const Bytes attached =
        attach_content(detached_signed_data({signature}, receipt, IncludedCertificates::chain), content);
    CHECK(asn1::decode<asn1::ContentInfo>(attached, "SignedData")->d.signed_data->version == 3);
    CHECK(openssl_verify(attached, nullptr, root.certificate()) == content);
    VerifyOptions options;
    options.trust_anchors = {root.certificate()};
    const auto result = verify_signed_data(attached, nullptr, options);
    CHECK(result.holds());
    CHECK(result.content_type == receipt);

    // A SignedData that claims a type other than the one that was signed does not hold.
    const Bytes wrong =
        attach_content(detached_signed_data({signature}, data, IncludedCertificates::chain), content);
    CHECK_FALSE(verify_signed_data(wrong, nullptr, options).holds());
}

TEST_CASE("signing times are UTCTime from 1950 through 2049, else GeneralizedTime") {
    CHECK(time_in_attributes(0) == "700101000000Z/23");
    CHECK(time_in_attributes(1750000000) == "250615150640Z/23");
    CHECK(time_in_attributes(2524607999) == "491231235959Z/23");
    CHECK(time_in_attributes(2524608000) == "20500101000000Z/24");
    CHECK(time_in_attributes(-631152000) == "500101000000Z/23");
    CHECK(time_in_attributes(-631152001) == "19491231235959Z/24");
    CHECK_THROWS_AS(time_in_attributes(INT64_MAX), Error);
    CHECK_THROWS_AS(time_in_attributes(253402300800), Error);
}

TEST_CASE("nothing is built from a digest of the wrong size, SHA-1, or a content type that is no OID") {
    const CertificateAuthority root;
    const SignerProfile signer(root.issue(test_key(KeyType::p256)), {});
    const Bytes digest32(32);
    const Bytes digest20(20);
    AttributeValues values;
    values.digest = digest32;
    CHECK_NOTHROW((void)signed_attributes(signer, values));
    values.digest_algorithm = DigestAlgorithm::sha384;
    CHECK_THROWS_AS((void)signed_attributes(signer, values), Error);
    values.digest_algorithm = DigestAlgorithm::sha1;
    values.digest = digest20;
    CHECK_THROWS_AS((void)signed_attributes(signer, values), Error);
    values.digest_algorithm = DigestAlgorithm::sha256;
    values.digest = digest32;
    values.content_type = "pkcs7-data";
    CHECK_THROWS_AS((void)signed_attributes(signer, values), Error);
    CHECK_THROWS_AS((void)detached_signed_data({}, data, IncludedCertificates::chain), Error);
    CHECK_THROWS_AS((void)attach_content(digest32, digest32), Error);
}

TEST_CASE("a content is attached once") {
    const CertificateAuthority root;
    const SignerProfile signer(root.issue(test_key(KeyType::p256)), {});
    const Bytes content(10, 'x');
    const Signature signature = sign_content(test_key(KeyType::p256), signer, SignatureScheme::ecdsa,
                                             DigestAlgorithm::sha256, content);
    const Bytes attached =
        attach_content(detached_signed_data({signature}, data, IncludedCertificates::chain), content);
    CHECK_THROWS_AS((void)attach_content(attached, content), Error);
}

TEST_CASE("a signature is valid for its key, scheme and digest alone") {
    const Bytes hash(32, 7);
    const Bytes other(32, 8);
    EVP_PKEY& rsa = test_key(KeyType::rsa2048);
    EVP_PKEY& ec = test_key(KeyType::p256);
    Bytes value = sign_digest(rsa, SignatureScheme::rsa_pss, DigestAlgorithm::sha256, hash);
    const auto pss = SignatureScheme::rsa_pss;
    const auto sha256 = DigestAlgorithm::sha256;
    CHECK(signature_is_valid(rsa, pss, sha256, hash, value));
    CHECK_FALSE(signature_is_valid(rsa, pss, sha256, other, value));
    CHECK_FALSE(signature_is_valid(rsa, pss, sha256, Bytes(31, 7), value));
    CHECK_FALSE(signature_is_valid(rsa, SignatureScheme::rsa_pkcs1, sha256, hash, value));
    CHECK_THROWS_AS((void)signature_is_valid(ec, pss, sha256, hash, value), Error);
    CHECK_THROWS_AS((void)signature_is_valid(rsa, SignatureScheme::ecdsa, sha256, hash, value), Error);
    value.back() ^= 1;
    CHECK_FALSE(signature_is_valid(rsa, pss, sha256, hash, value));
    CHECK_FALSE(signature_is_valid(rsa, pss, sha256, hash, {}));
    Bytes ecdsa = sign_digest(ec, SignatureScheme::ecdsa, sha256, hash);
    CHECK(signature_is_valid(ec, SignatureScheme::ecdsa, sha256, hash, ecdsa));
    CHECK_FALSE(signature_is_valid(test_key(KeyType::p256, 1), SignatureScheme::ecdsa, sha256, hash, ecdsa));
    ecdsa.push_back(0);
    CHECK_FALSE(signature_is_valid(ec, SignatureScheme::ecdsa, sha256, hash, ecdsa));
}
