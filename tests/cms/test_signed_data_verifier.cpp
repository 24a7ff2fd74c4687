#include "cms/algorithm_identifier.h"
#include "cms/asn1/der.h"
#include "cms/digest_stream.h"
#include "cms/error.h"
#include "cms/signed_data_verifier.h"
#include "tests/catch.h"
#include "tests/cms/certificate_authority.h"
#include "tests/cms/openssl_cms.h"
#include "tests/cms/software_token.h"
#include "tests/cms/test_keys.h"

#include <ctime>

using namespace signet::cms;
using namespace signet::cms::test;

namespace {

using asn1::Tag;

const Bytes content{'H', 'e', 'l', 'l', 'o', '\r', '\n'};

ContentSource source_of(const Bytes& bytes) {
    return [&bytes](const std::function<void(BytesView)>& feed) {
        for (const std::uint8_t& byte : bytes)
            feed({&byte, 1});
    };
}

VerifyOptions trusting(const Certificate& anchor) {
    VerifyOptions options;
    options.trust_anchors = {anchor};
    return options;
}

/// The only signer of a message that is verified against `anchor`.
SignerResult only_signer(BytesView message, const VerifyOptions& options) {
    const SignedDataResult result = verify_signed_data(message, source_of(content), options);
    REQUIRE(result.signers.size() == 1);
    CHECK(result.holds() == (result.signers.front().intact && result.signers.front().trusted));
    CHECK(result.holds() == result.signers.front().reasons.empty());
    return result.signers.front();
}

bool has_reason(const SignerResult& signer, const std::string& part) {
    for (const std::string& reason : signer.reasons)
        if (reason.find(part) != std::string::npos)
            return true;
    UNSCOPED_INFO(Catch::StringMaker<std::vector<std::string>>::convert(signer.reasons));
    return false;
}

Bytes attribute(const std::string& type, BytesView value) {
    return asn1::tlv(Tag::sequence, {asn1::object_identifier(type), asn1::tlv(Tag::set, {value})});
}

const Bytes content_type_value = asn1::object_identifier("1.2.840.113549.1.7.1");
const Bytes content_type = attribute("1.2.840.113549.1.9.3", content_type_value);

Bytes message_digest() {
    return attribute("1.2.840.113549.1.9.4",
                     asn1::tlv(Tag::octet_string, {digest(DigestAlgorithm::sha256, content)}));
}

/// A detached SignedData of Alice (P-256) with exactly these attributes, truly signed.
Bytes signed_with(const Certificate& alice, const std::vector<BytesView>& attributes) {
    const SignerProfile signer(alice, {});
    const Bytes set = asn1::set_of(Tag::set, attributes);
    Signature signature{&signer, DigestAlgorithm::sha256, SignatureScheme::ecdsa, set,
                        sign_digest(test_key(KeyType::p256), SignatureScheme::ecdsa, DigestAlgorithm::sha256,
                                    digest(DigestAlgorithm::sha256, set))};
    return detached_signed_data({signature}, "1.2.840.113549.1.7.1", IncludedCertificates::signer);
}

}  // namespace

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
        CHECK(has_reason(signer, "broken hash"));
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
    CHECK(has_reason(untrusted, "issued by nobody who is trusted here"));
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
    CHECK(has_reason(missing, "neither in the message nor known here"));
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
    CHECK(has_reason(verify(KeyType::p256, expired, {}), "has expired"));
    CHECK(has_reason(verify(KeyType::p256, {}, now + 100000), "has expired"));
    CHECK(has_reason(verify(KeyType::p256, {}, now - 100000), "not valid yet"));
    CHECK(verify(KeyType::p256, {}, now + 60).trusted);
    CHECK(has_reason(verify(KeyType::rsa1024, {}, {}), "key that is too short"));
    CertificateRequest agreement_only;
    agreement_only.extensions = {{NID_key_usage, "critical,keyAgreement"}};
    CHECK(has_reason(verify(KeyType::p256, agreement_only, {}), "may not be used to sign mail"));
    CertificateRequest server;
    server.extensions = {{NID_ext_key_usage, "serverAuth"}};
    CHECK(has_reason(verify(KeyType::p256, server, {}), "may not be used to sign mail"));
    CertificateRequest weak;
    weak.digest = EVP_sha1();
    CHECK(has_reason(verify(KeyType::p256, weak, {}), "hash that is too weak"));
}

TEST_CASE("signed attributes must be there, once, and agree with the message") {
    const CertificateAuthority root;
    const Certificate alice = root.issue(test_key(KeyType::p256));
    const VerifyOptions options = trusting(root.certificate());
    const Bytes digest_attribute = message_digest();
    CHECK(only_signer(signed_with(alice, {content_type, digest_attribute}), options).intact);

    CHECK(has_reason(only_signer(signed_with(alice, {digest_attribute}), options), "content type"));
    CHECK(has_reason(only_signer(signed_with(alice, {content_type}), options), "not what was signed"));

    const Bytes other_type =
        attribute("1.2.840.113549.1.9.3", asn1::object_identifier("1.2.840.113549.1.7.2"));
    CHECK(
        has_reason(only_signer(signed_with(alice, {other_type, digest_attribute}), options), "content type"));
    CHECK(has_reason(only_signer(signed_with(alice, {content_type, other_type, digest_attribute}), options),
                     "more than once"));

    const Bytes two =
        asn1::set_of(Tag::set, {asn1::tlv(Tag::octet_string, {digest(DigestAlgorithm::sha256, content)}),
                                asn1::tlv(Tag::octet_string, {Bytes(32)})});
    const Bytes two_values = asn1::tlv(Tag::sequence, {asn1::object_identifier("1.2.840.113549.1.9.4"), two});
    CHECK(has_reason(only_signer(signed_with(alice, {content_type, two_values}), options),
                     "not what was signed"));

    const Bytes bad_time =
        attribute("1.2.840.113549.1.9.5", asn1::tlv(Tag::utc_time, {as_bytes("yesterday")}));
    CHECK(has_reason(only_signer(signed_with(alice, {content_type, digest_attribute, bad_time}), options),
                     "signing time"));
}

TEST_CASE("CMSAlgorithmProtection must name the algorithms of the SignerInfo") {
    const CertificateAuthority root;
    const Certificate alice = root.issue(test_key(KeyType::p256));
    const VerifyOptions options = trusting(root.certificate());
    const auto verify = [&](DigestAlgorithm hash, SignatureScheme scheme, DigestAlgorithm signature_hash) {
        Bytes signature_algorithm = signature_algorithm_identifier(scheme, signature_hash);
        signature_algorithm.front() = 0xA1;
        const Bytes value =
            asn1::tlv(Tag::sequence, {digest_algorithm_identifier(hash), signature_algorithm});
        const Bytes digest_attribute = message_digest();
        const Bytes protection = attribute("1.2.840.113549.1.9.52", value);
        return only_signer(signed_with(alice, {content_type, digest_attribute, protection}), options);
    };
    const auto sha256 = DigestAlgorithm::sha256;
    CHECK(verify(sha256, SignatureScheme::ecdsa, sha256).intact);
    CHECK(has_reason(verify(DigestAlgorithm::sha512, SignatureScheme::ecdsa, sha256), "protected"));
    CHECK(has_reason(verify(sha256, SignatureScheme::ecdsa, DigestAlgorithm::sha512), "protected"));
    CHECK(has_reason(verify(sha256, SignatureScheme::rsa_pss, sha256), "protected"));
}

TEST_CASE("signingCertificate, old and new, must name the signer's certificate") {
    const CertificateAuthority root;
    const Certificate alice = root.issue(test_key(KeyType::p256));
    // The same key, another certificate: what signingCertificateV2 is there for.
    const Certificate twin = root.issue(test_key(KeyType::p256));
    const VerifyOptions options = trusting(root.certificate());
    const Bytes digest_attribute = message_digest();
    const SignerProfile own(alice, {});
    const SignerProfile other(twin, {});
    CHECK(
        only_signer(signed_with(alice, {content_type, digest_attribute, own.signing_certificate_attribute()}),
                    options)
            .intact);
    CHECK(has_reason(only_signer(signed_with(alice, {content_type, digest_attribute,
                                                     other.signing_certificate_attribute()}),
                                 options),
                     "another certificate (signingCertificateV2)"));
    const auto old_attribute = [](const Certificate& certificate) {
        const Bytes hash = asn1::tlv(Tag::octet_string, {digest(DigestAlgorithm::sha1, certificate.der())});
        const Bytes value =
            asn1::tlv(Tag::sequence, {asn1::tlv(Tag::sequence, {asn1::tlv(Tag::sequence, {hash})})});
        return attribute("1.2.840.113549.1.9.16.2.12", value);
    };
    const Bytes own_old = old_attribute(alice);
    const Bytes other_old = old_attribute(twin);
    CHECK(only_signer(signed_with(alice, {content_type, digest_attribute, own_old}), options).intact);
    CHECK(has_reason(only_signer(signed_with(alice, {content_type, digest_attribute, other_old}), options),
                     "another certificate (signingCertificate)"));
}

TEST_CASE("signed attributes are no content that was signed without attributes") {
    const CertificateAuthority root;
    const Certificate alice = root.issue(test_key(KeyType::p256));
    // The signature over Alice's attributes, told as one over a content that is those attributes.
    const Bytes digest_attribute = message_digest();
    const Bytes attributes = asn1::set_of(Tag::set, {content_type, digest_attribute});
    SignOptions sign;
    sign.flags = CMS_NOATTR;
    const Bytes message = openssl_sign(test_key(KeyType::p256), alice, attributes, sign);
    CHECK(openssl_verify(message, nullptr, root.certificate()) == attributes);
    CHECK(has_reason(only_signer(message, trusting(root.certificate())),
                     "signed attributes of another message"));
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
