#include <ctime>

#include "cms/algorithm_identifier.h"
#include "cms/asn1/content_info.h"
#include "cms/asn1/der.h"
#include "cms/digest_stream.h"
#include "cms/signed_data_parts.h"
#include "tests/catch.h"
#include "tests/cms/certificate_authority.h"
#include "tests/cms/openssl_cms.h"
#include "tests/cms/software_token.h"
#include "tests/cms/test_keys.h"
#include "tests/cms/verified_message.h"

using namespace signet::cms;
using namespace signet::cms::test;

namespace {

using asn1::Tag;

Bytes attribute(const std::string& type, BytesView value) {
    return asn1::tlv(Tag::sequence, {asn1::object_identifier(type), asn1::tlv(Tag::set, {value})});
}

const Bytes content_type_value = asn1::object_identifier("1.2.840.113549.1.7.1");
const Bytes content_type = attribute("1.2.840.113549.1.9.3", content_type_value);

Bytes message_digest() {
    return attribute("1.2.840.113549.1.9.4",
                     asn1::tlv(Tag::octet_string, {digest(DigestAlgorithm::sha256, content)}));
}

/// A detached SignedData of Alice (P-256) that sends the attributes `sent` with a signature over `to_sign`.
Bytes signed_over(const Certificate& alice, const Bytes& to_sign, const Bytes& sent) {
    const SignerProfile signer(alice, {});
    Signature signature{&signer, DigestAlgorithm::sha256, SignatureScheme::ecdsa, sent,
                        sign_digest(test_key(KeyType::p256), SignatureScheme::ecdsa, DigestAlgorithm::sha256,
                                    digest(DigestAlgorithm::sha256, to_sign))};
    return detached_signed_data({signature}, "1.2.840.113549.1.7.1", IncludedCertificates::signer);
}

/// The same with exactly these attributes, truly signed.
Bytes signed_with(const Certificate& alice, const std::vector<BytesView>& attributes) {
    const Bytes set = asn1::set_of(Tag::set, attributes);
    return signed_over(alice, set, set);
}

}  // namespace

TEST_CASE("signed attributes must be there, once, and agree with the message") {
    const CertificateAuthority root;
    const Certificate alice = root.issue(test_key(KeyType::p256));
    const VerifyOptions options = trusting(root.certificate());
    const Bytes digest_attribute = message_digest();
    CHECK(only_signer(signed_with(alice, {content_type, digest_attribute}), options).intact);

    CHECK(has_reason(only_signer(signed_with(alice, {digest_attribute}), options),
                     ReasonCode::content_type_differs, "content type"));
    CHECK(has_reason(only_signer(signed_with(alice, {content_type}), options), ReasonCode::content_altered,
                     "not what was signed"));

    const Bytes other_type =
        attribute("1.2.840.113549.1.9.3", asn1::object_identifier("1.2.840.113549.1.7.2"));
    CHECK(has_reason(only_signer(signed_with(alice, {other_type, digest_attribute}), options),
                     ReasonCode::content_type_differs, "content type"));
    CHECK(has_reason(only_signer(signed_with(alice, {content_type, other_type, digest_attribute}), options),
                     ReasonCode::attribute_twice, "more than once"));

    const Bytes two =
        asn1::set_of(Tag::set, {asn1::tlv(Tag::octet_string, {digest(DigestAlgorithm::sha256, content)}),
                                asn1::tlv(Tag::octet_string, {Bytes(32)})});
    const Bytes two_values = asn1::tlv(Tag::sequence, {asn1::object_identifier("1.2.840.113549.1.9.4"), two});
    CHECK(has_reason(only_signer(signed_with(alice, {content_type, two_values}), options),
                     ReasonCode::content_altered, "not what was signed"));

    const Bytes bad_time =
        attribute("1.2.840.113549.1.9.5", asn1::tlv(Tag::utc_time, {as_bytes("yesterday")}));
    CHECK(has_reason(only_signer(signed_with(alice, {content_type, digest_attribute, bad_time}), options),
                     ReasonCode::signing_time_malformed, "signing time"));
}

TEST_CASE("attributes stand where RFC 5652 has them, signed or unsigned, and nowhere else") {
    const CertificateAuthority root;
    const Certificate alice = root.issue(test_key(KeyType::p256));
    const VerifyOptions options = trusting(root.certificate());
    const Bytes digest_attribute = message_digest();
    const Bytes time =
        attribute("1.2.840.113549.1.9.5", asn1::tlv(Tag::utc_time, {as_bytes("250615150640Z")}));
    const Bytes message = signed_with(alice, {content_type, digest_attribute});
    const auto with_unsigned = [&](const Bytes& added) {
        const auto parsed = asn1::decode<asn1::ContentInfo>(message, "SignedData");
        asn1::SignerInfo& info = *asn1::sk_SignerInfo_value(parsed->d.signed_data->signer_infos, 0);
        info.unsigned_attributes =
            asn1::decode<asn1::Attributes>(asn1::tlv(Tag::set, {added}), "attributes").release();
        return asn1::encode(*parsed);
    };
    for (const Bytes& signed_only : {content_type, digest_attribute, time})
        CHECK(has_reason(only_signer(with_unsigned(signed_only), options), ReasonCode::attribute_misplaced,
                         "where it must not be"));
    CHECK(only_signer(with_unsigned(attribute("1.2.3.4", asn1::integer(1))), options).intact);
    CHECK(only_signer(signed_with(alice, {content_type, digest_attribute, time}), options).signing_time ==
          1750000000);

    // Its value parses as little as it is looked at there.
    const Bytes countersignature = attribute("1.2.840.113549.1.9.6", asn1::tlv(Tag::sequence, {}));
    CHECK(has_reason(
        only_signer(signed_with(alice, {content_type, digest_attribute, countersignature}), options),
        ReasonCode::attribute_misplaced, "where it must not be"));
}

TEST_CASE("signed attributes may come in any order, signed as DER or as they were sent") {
    const CertificateAuthority root;
    const Certificate alice = root.issue(test_key(KeyType::p256));
    const VerifyOptions options = trusting(root.certificate());
    const Bytes digest_attribute = message_digest();
    const Bytes in_order = asn1::set_of(Tag::set, {content_type, digest_attribute});
    const Bytes first = asn1::tlv(Tag::set, {content_type, digest_attribute});
    const Bytes unordered = first == in_order ? asn1::tlv(Tag::set, {digest_attribute, content_type}) : first;
    REQUIRE(unordered != in_order);
    // RFC 5652 section 5.4: the signature is over DER, however the attributes are sent.
    CHECK(only_signer(signed_over(alice, in_order, unordered), options).intact);
    const Bytes as_sent = signed_over(alice, unordered, unordered);
    CHECK(openssl_verify(as_sent, &content, root.certificate()) == content);
    CHECK(only_signer(as_sent, options).intact);
    // An order that was neither sent nor DER's is not the signer's.
    CHECK(has_reason(only_signer(signed_over(alice, unordered, in_order), options),
                     ReasonCode::signature_wrong, "not one of the signer's key"));
    const Bytes twice = asn1::tlv(Tag::set, {digest_attribute, content_type, digest_attribute});
    CHECK(has_reason(only_signer(signed_over(alice, twice, twice), options), ReasonCode::attribute_twice,
                     "more than once"));
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
    CHECK(has_reason(verify(DigestAlgorithm::sha512, SignatureScheme::ecdsa, sha256),
                     ReasonCode::algorithms_altered, "protected"));
    CHECK(has_reason(verify(sha256, SignatureScheme::ecdsa, DigestAlgorithm::sha512),
                     ReasonCode::algorithms_altered, "protected"));
    CHECK(has_reason(verify(sha256, SignatureScheme::rsa_pss, sha256), ReasonCode::algorithms_altered,
                     "protected"));
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
                     ReasonCode::other_certificate, "another certificate (signingCertificateV2)"));
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
                     ReasonCode::other_certificate, "another certificate (signingCertificate)"));
}

TEST_CASE("the signer's certificate is not exchanged for another of its key, whatever they have in common") {
    const CertificateAuthority root;
    CertificateRequest request;
    request.extensions.emplace_back(NID_certificate_policies, "1.2.3.4");
    const Certificate alice = root.issue(test_key(KeyType::p256), request);
    // Truly issued, with the subject, the key and the serial number of the other, for longer.
    const auto twin_of = [&](const Certificate& certificate) {
        const X509Ptr x509(X509_dup(certificate.x509()));
        REQUIRE(ASN1_TIME_adj(X509_getm_notAfter(x509.get()), std::time(nullptr), 30, 0) != nullptr);
        REQUIRE(X509_sign(x509.get(), &root.key(), EVP_sha256()) > 0);
        return Certificate::from_der(Certificate::share(*x509).der());
    };
    const Certificate same_serial = twin_of(alice);
    REQUIRE(same_serial.der() != alice.der());
    const Certificate other_serial = root.issue(test_key(KeyType::p256), request);
    const SignerProfile own(alice, {});
    const Bytes digest_attribute = message_digest();
    SignOptions by_key;
    by_key.flags = CMS_DETACHED | CMS_USE_KEYID | CMS_CADES;
    const auto verified = [&](const Bytes& message, const std::vector<Certificate>& certificates) {
        SignedDataParts parts = read_parts(message);
        parts.certificates.clear();
        for (const Certificate& certificate : certificates)
            parts.certificates.push_back(certificate.der());
        return only_signer(detached_signed_data(parts), trusting(root.certificate()));
    };
    const Bytes by_serial =
        signed_with(alice, {content_type, digest_attribute, own.signing_certificate_attribute()});
    const Bytes by_key_identifier = openssl_sign(test_key(KeyType::p256), alice, content, by_key);
    for (const Bytes& message : {by_serial, by_key_identifier}) {
        CHECK(verified(message, {alice}).reasons.empty());
        CHECK(has_reason(verified(message, {same_serial}), ReasonCode::other_certificate,
                         "another certificate (signingCertificateV2)"));
        const SignerResult of_both = verified(message, {same_serial, other_serial, alice});
        CHECK(of_both.reasons.empty());
        CHECK(of_both.certificate->der() == alice.der());
    }
    CHECK(has_reason(verified(by_key_identifier, {other_serial}), ReasonCode::other_certificate,
                     "another certificate (signingCertificateV2)"));
    CHECK(has_reason(verified(by_serial, {other_serial}), ReasonCode::certificate_missing, ""));
}

TEST_CASE("signingCertificate may say under which policies the certificate is relied upon") {
    const CertificateAuthority root;
    const auto policies_of = [](const std::vector<std::string>& policies) {
        Bytes list;
        for (const std::string& policy : policies)
            asn1::append(list, asn1::tlv(Tag::sequence, {asn1::object_identifier(policy)}));
        return asn1::tlv(Tag::sequence, {list});
    };
    const auto issued_under = [&](const std::vector<std::string>& policies) {
        CertificateRequest request;
        if (policies.empty())
            return root.issue(test_key(KeyType::p256), request);
        std::string value = "DER:";
        for (const std::uint8_t byte : policies_of(policies)) {
            value += "0123456789abcdef"[byte >> 4U];
            value += "0123456789abcdef"[byte & 15U];
        }
        request.extensions.emplace_back(NID_certificate_policies, value);
        return root.issue(test_key(KeyType::p256), request);
    };
    // Both versions alike, but for the hash.
    const auto asserting = [&](const Certificate& certificate, const std::vector<std::string>& policies,
                               bool old) {
        const Bytes hash =
            asn1::tlv(Tag::octet_string,
                      {digest(old ? DigestAlgorithm::sha1 : DigestAlgorithm::sha256, certificate.der())});
        const Bytes ids = asn1::tlv(Tag::sequence, {asn1::tlv(Tag::sequence, {hash})});
        return attribute(old ? "1.2.840.113549.1.9.16.2.12" : "1.2.840.113549.1.9.16.2.47",
                         asn1::tlv(Tag::sequence, {ids, policies_of(policies)}));
    };
    const bool old = GENERATE(false, true);
    CAPTURE(old);
    const auto intact = [&](const std::vector<std::string>& issued, const std::vector<std::string>& wanted) {
        const Certificate alice = issued_under(issued);
        const Bytes digest_attribute = message_digest();
        const Bytes asserted = asserting(alice, wanted, old);
        const SignerResult signer = only_signer(
            signed_with(alice, {content_type, digest_attribute, asserted}), trusting(root.certificate()));
        CHECK(signer.intact != has_reason(signer, ReasonCode::other_certificate, "another certificate"));
        return signer.intact;
    };
    CHECK(intact({"1.2.3.4"}, {"1.2.3.4"}));
    CHECK(intact({"1.2.3.4", "1.2.3.5"}, {"1.2.3.9", "1.2.3.5"}));
    CHECK(intact({"2.5.29.32.0"}, {"1.2.3.4"}));
    CHECK_FALSE(intact({"1.2.3.4"}, {"1.2.3.5"}));
    CHECK_FALSE(intact({"1.2.3.4"}, {}));
    CHECK_FALSE(intact({}, {"1.2.3.4"}));
}

TEST_CASE("signed attributes are no content that was signed without attributes") {
    const CertificateAuthority root;
    const Certificate alice = root.issue(test_key(KeyType::p256));
    // The signature over Alice's attributes, told as one over a content that is those attributes.
    const Bytes digest_attribute = message_digest();
    const auto [further, hash] =
        GENERATE(std::pair{std::size_t{1}, EVP_sha256()}, std::pair{std::size_t{3'000'000}, EVP_sha256()},
                 std::pair{std::size_t{3'000'000}, EVP_sha512()});
    const Bytes long_attribute = attribute("1.2.3.4", asn1::tlv(Tag::octet_string, {Bytes(further)}));
    const Bytes attributes = asn1::set_of(Tag::set, {content_type, digest_attribute, long_attribute});
    SignOptions sign;
    sign.digest = hash;
    sign.flags = CMS_NOATTR;
    const Bytes message = openssl_sign(test_key(KeyType::p256), alice, attributes, sign);
    CHECK(openssl_verify(message, nullptr, root.certificate()) == attributes);
    CHECK(has_reason(only_signer(message, trusting(root.certificate())), ReasonCode::attributes_as_content,
                     "signed attributes of another message"));
}
