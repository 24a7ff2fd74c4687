#include "cms/error.h"
#include "cms/signed_data_verifier.h"
#include "tests/catch.h"
#include "tests/cms/certificate_authority.h"
#include "tests/cms/openssl_cms.h"
#include "tests/cms/software_token.h"
#include "tests/cms/test_keys.h"
#include "tests/cms/verified_message.h"

#include <algorithm>
#include <ctime>
#include <tuple>
#include <utility>

using namespace signet::cms;
using namespace signet::cms::test;

TEST_CASE("what OpenSSL signs is accepted: keys, hashes, identifiers, with and without attributes, BER") {
    const CertificateAuthority root;
    const auto type = GENERATE(KeyType::rsa2048, KeyType::p256, KeyType::p384, KeyType::p521);
    const unsigned flags = GENERATE(0U, CMS_DETACHED, CMS_DETACHED | CMS_NOATTR, CMS_DETACHED | CMS_USE_KEYID,
                                    CMS_DETACHED | CMS_CADES, CMS_STREAM, CMS_STREAM | CMS_NOATTR);
    const Certificate alice = root.issue(test_key(type));
    for (const EVP_MD* hash : {EVP_sha256(), EVP_sha384(), EVP_sha512()}) {
        SignOptions options;
        options.flags = flags;
        options.digest = hash;
        const Bytes message = openssl_sign(test_key(type), alice, content, options);
        const SignedDataResult result =
            verify_signed_data(message, source_of(content), trusting(root.certificate()));
        REQUIRE(result.signers.size() == 1);
        CAPTURE(result.signers.front().reasons);
        CHECK(result.holds());
        CHECK(result.content.has_value() == ((flags & CMS_DETACHED) == 0));
        CHECK(result.content.value_or(content) == content);
        CHECK(result.signers.front().signing_time.has_value() == ((flags & CMS_NOATTR) == 0));
    }
}

TEST_CASE("RSASSA-PSS of OpenSSL is accepted, whose salt is as long as the key allows") {
    const CertificateAuthority root;
    const Certificate alice = root.issue(test_key(KeyType::rsa2048));
    SignOptions options;
    options.pss = true;
    const SignerResult signer = only_signer(openssl_sign(test_key(KeyType::rsa2048), alice, content, options),
                                            trusting(root.certificate()));
    CAPTURE(signer.reasons);
    CHECK(signer.intact);
    CHECK(signer.trusted);
    CHECK(signer.signature_algorithm == "RSASSA-PSS");
}

TEST_CASE("another content does not hold, whoever signed") {
    const CertificateAuthority root;
    const Certificate alice = root.issue(test_key(KeyType::p256));
    const Bytes other{'B', 'y', 'e'};
    for (const unsigned flags : {CMS_DETACHED, CMS_DETACHED | CMS_NOATTR}) {
        SignOptions options;
        options.flags = flags;
        const Bytes message = openssl_sign(test_key(KeyType::p256), alice, content, options);
        const auto result = verify_signed_data(message, source_of(other), trusting(root.certificate()));
        CHECK_FALSE(result.holds());
        CHECK_FALSE(result.signers.front().intact);
        CHECK(result.signers.front().trusted);
    }
}

TEST_CASE("MD5 and SHA-1 are not intact, and the reason says so") {
    const CertificateAuthority root;
    const Certificate alice = root.issue(test_key(KeyType::rsa2048));
    for (const EVP_MD* hash : {EVP_md5(), EVP_sha1()}) {
        SignOptions options;
        options.digest = hash;
        const SignerResult signer = only_signer(
            openssl_sign(test_key(KeyType::rsa2048), alice, content, options), trusting(root.certificate()));
        CHECK_FALSE(signer.intact);
        CHECK(has_reason(signer, ReasonCode::hash_broken, "too weak"));
    }
}

TEST_CASE(
    "RSASSA-PSS with SHA-1, and with it for its mask alone, holds only where weak algorithms are accepted") {
    const CertificateAuthority root;
    const Certificate alice = root.issue(test_key(KeyType::rsa2048));
    VerifyOptions lenient = trusting(root.certificate());
    lenient.path.legacy = true;
    for (const auto& [hash, code] : {std::pair{EVP_sha1(), ReasonCode::hash_broken},
                                     std::pair{EVP_sha256(), ReasonCode::parameters_weak}}) {
        for (const unsigned flags : {CMS_DETACHED, CMS_DETACHED | CMS_NOATTR}) {
            SignOptions sign;
            sign.digest = hash;
            sign.flags = flags;
            sign.pss = true;
            sign.mgf1 = EVP_sha1();
            const Bytes message = openssl_sign(test_key(KeyType::rsa2048), alice, content, sign);
            const SignerResult refused = only_signer(message, trusting(root.certificate()));
            CHECK_FALSE(refused.intact);
            CHECK(has_reason(refused, code, ""));
            CHECK(refused.weak.empty());
            const SignerResult accepted = only_signer(message, lenient);
            CHECK(accepted.reasons.empty());
            REQUIRE_FALSE(accepted.weak.empty());
            CHECK(accepted.weak.back().algorithm == "SHA-1");
            const Bytes other{'B', 'y', 'e'};
            CHECK_FALSE(verify_signed_data(message, source_of(other), lenient).signers.front().intact);
        }
    }
}

TEST_CASE("DSA holds only where weak algorithms are accepted") {
    const CertificateAuthority root;
    VerifyOptions lenient = trusting(root.certificate());
    lenient.path.legacy = true;
    const auto [type, hash, code] =
        GENERATE(std::tuple{KeyType::dsa1024, EVP_sha1(), ReasonCode::hash_broken},
                 std::tuple{KeyType::dsa2048, EVP_sha256(), ReasonCode::algorithm_weak});
    const Certificate alice = root.issue(test_key(type));
    for (const unsigned flags : {CMS_DETACHED, CMS_DETACHED | CMS_NOATTR}) {
        SignOptions sign;
        sign.digest = hash;
        sign.flags = flags;
        const Bytes message = openssl_sign(test_key(type), alice, content, sign);
        const SignerResult refused = only_signer(message, trusting(root.certificate()));
        CHECK_FALSE(refused.intact);
        CHECK(has_reason(refused, code, ""));
        const SignerResult accepted = only_signer(message, lenient);
        CHECK(accepted.reasons.empty());
        CHECK(accepted.signature_algorithm == "DSA");
        CHECK(std::any_of(accepted.weak.begin(), accepted.weak.end(),
                          [](const WeakAlgorithm& weak) { return weak.algorithm == "DSA"; }));
        Bytes damaged = message;
        damaged.back() ^= 1;
        CHECK(has_reason(only_signer(damaged, lenient), ReasonCode::signature_wrong, "signer's key"));
    }
}

TEST_CASE("any certificate on the path may be the one that is trusted, and no other") {
    const CertificateAuthority root;
    const CertificateAuthority lower(root, "Lower", 101);
    const CertificateAuthority stranger("Stranger");
    const Certificate alice = lower.issue(test_key(KeyType::p256));
    SignOptions sign;
    sign.further_certificates = {lower.certificate()};
    const Bytes message = openssl_sign(test_key(KeyType::p256), alice, content, sign);
    for (const Certificate& anchor : {root.certificate(), lower.certificate(), alice})
        CHECK(only_signer(message, trusting(anchor)).trusted);
    const SignerResult untrusted = only_signer(message, trusting(stranger.certificate()));
    CHECK(untrusted.intact);
    CHECK_FALSE(untrusted.trusted);
    CHECK(has_reason(untrusted, ReasonCode::issuer_untrusted, "issued by nobody who is trusted here"));
    CHECK_FALSE(only_signer(message, {}).trusted);

    // Without the intermediate in the message, it may come as a candidate.
    const Bytes lean = openssl_sign(test_key(KeyType::p256), alice, content, {});
    VerifyOptions options = trusting(root.certificate());
    CHECK_FALSE(only_signer(lean, options).trusted);
    options.candidates = {lower.certificate()};
    CHECK(only_signer(lean, options).trusted);
}

TEST_CASE("a signer's certificate may come from outside the message, and may be missing") {
    const CertificateAuthority root;
    const Certificate alice = root.issue(test_key(KeyType::p256));
    const SignerProfile profile(alice, {});
    const Bytes message =
        detached_signed_data({sign_content(test_key(KeyType::p256), profile, SignatureScheme::ecdsa,
                                           DigestAlgorithm::sha256, content)},
                             "1.2.840.113549.1.7.1", IncludedCertificates::none);
    VerifyOptions options = trusting(root.certificate());
    const SignerResult missing = only_signer(message, options);
    CHECK_FALSE(missing.intact);
    CHECK_FALSE(missing.certificate.has_value());
    CHECK(has_reason(missing, ReasonCode::certificate_missing, "neither in the message nor known here"));
    options.candidates = {root.certificate(), alice};
    CHECK(only_signer(message, options).intact);
    CHECK(only_signer(message, trusting(alice)).intact);
}

TEST_CASE("a certificate that is expired, too weak, or for something else is not trusted") {
    const CertificateAuthority root;
    const std::int64_t now = std::time(nullptr);
    const auto verify = [&root](KeyType type, const CertificateRequest& request,
                                std::optional<std::int64_t> at) {
        const Bytes message = openssl_sign(test_key(type), root.issue(test_key(type), request), content, {});
        VerifyOptions options = trusting(root.certificate());
        options.at = at;
        return only_signer(message, options);
    };
    CertificateRequest expired;
    expired.not_before = -7200;
    expired.not_after = -3600;
    CHECK(has_reason(verify(KeyType::p256, expired, {}), ReasonCode::certificate_expired, "has expired"));
    CHECK(
        has_reason(verify(KeyType::p256, {}, now + 100000), ReasonCode::certificate_expired, "has expired"));
    CHECK(has_reason(verify(KeyType::p256, {}, now - 100000), ReasonCode::certificate_not_yet_valid,
                     "not valid yet"));
    CHECK(verify(KeyType::p256, {}, now + 60).trusted);
    CHECK(has_reason(verify(KeyType::rsa1024, {}, {}), ReasonCode::certificate_key_short,
                     "key that is too short"));
    CertificateRequest agreement_only;
    agreement_only.extensions = {{NID_key_usage, "critical,keyAgreement"}};
    CHECK(has_reason(verify(KeyType::p256, agreement_only, {}), ReasonCode::certificate_purpose,
                     "may not be used to sign mail"));
    CertificateRequest server;
    server.extensions = {{NID_ext_key_usage, "serverAuth"}};
    CHECK(has_reason(verify(KeyType::p256, server, {}), ReasonCode::certificate_purpose,
                     "may not be used to sign mail"));
    CertificateRequest weak;
    weak.digest = EVP_sha1();
    CHECK(has_reason(verify(KeyType::p256, weak, {}), ReasonCode::certificate_hash_weak,
                     "hash that is too weak"));
}

TEST_CASE("of certificates with one name the signer's is the one that the signature holds with") {
    const CertificateAuthority root;
    CertificateRequest request;
    request.extensions.emplace_back(NID_subject_key_identifier, "01:02:03:04");
    request.key_identifier = false;
    const Certificate alice = root.issue(test_key(KeyType::p256), request);
    SignOptions sign;
    SECTION("by key identifier") {
        sign.flags = CMS_DETACHED | CMS_USE_KEYID | CMS_NOCERTS;
    }
    SECTION("by issuer and serial number") {
        sign.flags = CMS_DETACHED | CMS_NOCERTS;
    }
    const Bytes message = openssl_sign(test_key(KeyType::p256), alice, content, sign);
    const auto twin_with = [&](EVP_PKEY& key) {
        const X509Ptr x509(X509_dup(root.issue(key, request).x509()));
        REQUIRE(X509_set_serialNumber(x509.get(), X509_get_serialNumber(alice.x509())) == 1);
        // Or the encoding from before would be kept.
        REQUIRE(i2d_re_X509_tbs(x509.get(), nullptr) > 0);
        unsigned char* der = nullptr;
        const int size = i2d_X509(x509.get(), &der);
        const OpensslMemoryPtr<unsigned char> owner(der, {0});
        return Certificate::from_der({der, static_cast<std::size_t>(size)});
    };
    const Certificate twin = twin_with(test_key(KeyType::p256, 1));
    const Certificate other_kind = twin_with(test_key(KeyType::rsa2048));
    VerifyOptions options = trusting(root.certificate());
    options.candidates = {twin, other_kind, twin, alice};
    const SignerResult signer = only_signer(message, options);
    CAPTURE(signer.reasons);
    CHECK(signer.intact);
    CHECK(signer.trusted);
    REQUIRE(signer.certificate);
    CHECK(signer.certificate->der() == alice.der());

    options.candidates = {twin, other_kind};
    CHECK(has_reason(only_signer(message, options), ReasonCode::signature_wrong,
                     "not one of the signer's key"));
}

TEST_CASE("of two certificates on one key the valid one counts, unless the signer meant the other") {
    const CertificateAuthority root;
    const Certificate valid = root.issue(test_key(KeyType::p256));
    CertificateRequest request;
    request.not_before = -7200;
    request.not_after = -3600;
    const Certificate expired = root.issue(test_key(KeyType::p256), request);
    VerifyOptions options = trusting(root.certificate());
    options.candidates = {expired, valid};
    SignOptions sign;
    sign.flags = CMS_DETACHED | CMS_USE_KEYID | CMS_NOCERTS;
    CHECK(only_signer(openssl_sign(test_key(KeyType::p256), expired, content, sign), options).trusted);
    sign.flags |= CMS_CADES;
    const SignerResult meant =
        only_signer(openssl_sign(test_key(KeyType::p256), expired, content, sign), options);
    CHECK(meant.intact);
    CHECK(has_reason(meant, ReasonCode::certificate_expired, "has expired"));
}

TEST_CASE("a SignedData without signers does not hold") {
    const CmsPtr cms(CMS_sign(nullptr, nullptr, nullptr, nullptr, CMS_PARTIAL | CMS_DETACHED | CMS_BINARY));
    REQUIRE(cms);
    const BioPtr out(BIO_new(BIO_s_mem()));
    REQUIRE(i2d_CMS_bio(out.get(), cms.get()) == 1);
    unsigned char* bytes = nullptr;
    const long size = BIO_get_mem_data(out.get(), &bytes);
    const BytesView message(bytes, static_cast<std::size_t>(size));
    CHECK_FALSE(verify_signed_data(message, source_of(content), {}).holds());
}

TEST_CASE("a detached SignedData needs its content, and something else is no SignedData") {
    const CertificateAuthority root;
    const Certificate alice = root.issue(test_key(KeyType::p256));
    const Bytes message = openssl_sign(test_key(KeyType::p256), alice, content, {});
    CHECK_THROWS_AS((void)verify_signed_data(message, nullptr, {}), Error);
    CHECK_THROWS_AS((void)verify_signed_data(alice.der(), source_of(content), {}), Error);
    CHECK_THROWS_AS((void)verify_signed_data(openssl_encrypt(content, {alice}, {}), source_of(content), {}),
                    Error);
    CHECK_THROWS_AS((void)verify_signed_data({}, source_of(content), {}), Error);
}
