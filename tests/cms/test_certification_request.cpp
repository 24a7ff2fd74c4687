#include "cms/certification_request.h"

#include "cms/email_address.h"
#include "cms/error.h"
#include "tests/catch.h"

#include <openssl/rsa.h>
#include <openssl/x509v3.h>

using namespace signet::cms;

namespace {

/// RSA without a curve.
EvpPkeyPtr new_key(const char* curve) {
    if (curve == nullptr)
        return EvpPkeyPtr(EVP_RSA_gen(2048));
    const bool edwards = std::string_view(curve).starts_with("ED");
    return EvpPkeyPtr(edwards ? EVP_PKEY_Q_keygen(nullptr, nullptr, curve) : EVP_EC_gen(curve));
}

PublicKey public_half(EVP_PKEY& key) {
    unsigned char* der = nullptr;
    const int size = i2d_PUBKEY(&key, &der);
    REQUIRE(size > 0);
    const OpensslMemoryPtr<unsigned char> owner(der, {static_cast<std::size_t>(size)});
    return PublicKey::from_info({der, static_cast<std::size_t>(size)});
}

Bytes signature_by(EVP_PKEY& key, BytesView info) {
    const auto how = request_signature(public_half(key));
    const EvpMdCtxPtr context(EVP_MD_CTX_new());
    const EVP_MD* hash = signs_message(how.scheme) ? nullptr : evp_md(how.digest);
    REQUIRE(EVP_DigestSignInit(context.get(), nullptr, hash, nullptr, &key) == 1);
    std::size_t size = 0;
    REQUIRE(EVP_DigestSign(context.get(), nullptr, &size, info.data(), info.size()) == 1);
    Bytes value(size);
    REQUIRE(EVP_DigestSign(context.get(), value.data(), &size, info.data(), info.size()) == 1);
    value.resize(size);
    return value;
}

std::string printed(BytesView request) {
    const unsigned char* position = request.data();
    const X509ReqPtr read(d2i_X509_REQ(nullptr, &position, static_cast<long>(request.size())));
    REQUIRE(read);
    const BioPtr bio(BIO_new(BIO_s_mem()));
    REQUIRE(X509_REQ_print_ex(bio.get(), read.get(), XN_FLAG_RFC2253 & ~0x4UL, 0) == 1);
    char* text = nullptr;
    const long size = BIO_get_mem_data(bio.get(), &text);
    return {text, static_cast<std::size_t>(size)};
}

}  // namespace

TEST_CASE("a certification request holds what was asked for, and verifies") {
    for (const char* curve : {static_cast<const char*>(nullptr), "P-256", "P-384", "P-521"}) {
        const auto key = new_key(curve);
        const auto half = public_half(*key);
        CertificateSubject subject;
        subject.country = "DE";
        subject.organisation = "Example";
        subject.surname = "Bee";
        subject.common_name = "Bob Bee";
        subject.emails = {"bob@example.org", "b\303\270b@example.org"};
        subject.sign = true;
        subject.decrypt = true;
        const auto info = certification_request_info(subject, half);
        const auto text = printed(certification_request(info, half, signature_by(*key, info)));
        CAPTURE(text);
        CHECK_THAT(text, Catch::Contains("CN=Bob Bee,SN=Bee,O=Example,C=DE"));
        CHECK_THAT(text, Catch::Contains("email:bob@example.org, othername: SmtpUTF8Mailbox:"));
        CHECK_THAT(text, Catch::Contains("E-mail Protection"));
        CHECK_THAT(text, Catch::Contains("Key Usage: critical"));
        CHECK_THAT(text, Catch::Contains(curve == nullptr ? "Digital Signature, Key Encipherment"
                                                          : "Digital Signature, Key Agreement"));
    }
}

TEST_CASE("an Edwards key signs its request, and is asked to agree on no keys") {
    for (const std::string curve : {"ED25519", "ED448"}) {
        const auto key = new_key(curve.c_str());
        const auto half = public_half(*key);
        CertificateSubject subject;
        subject.emails = {"alice@example.org"};
        subject.sign = true;
        subject.decrypt = true;
        const auto info = certification_request_info(subject, half);
        const auto value = signature_by(*key, info);
        const auto text = printed(certification_request(info, half, value));
        CHECK_THAT(text, Catch::Contains("Digital Signature\n"));
        CHECK_THAT(text, Catch::Contains("Signature Algorithm: " + curve + "\n"));
        auto altered = value;
        altered.front() ^= 1;
        CHECK_THROWS_AS(certification_request(info, half, altered), Error);
    }
}

TEST_CASE("a request without a subject has a critical subjectAltName") {
    const auto key = new_key("P-256");
    const auto half = public_half(*key);
    CertificateSubject subject;
    subject.emails = {"alice@example.org"};
    subject.sign = true;
    const auto info = certification_request_info(subject, half);
    const auto text = printed(certification_request(info, half, signature_by(*key, info)));
    CHECK_THAT(text, Catch::Contains("Subject Alternative Name: critical"));
    CHECK_THAT(text, Catch::Contains("Digital Signature\n"));
}

TEST_CASE("a request that another key has signed, or that was altered, is none") {
    const auto key = new_key("P-256");
    const auto other = new_key("P-256");
    const auto half = public_half(*key);
    CertificateSubject subject;
    subject.emails = {"alice@example.org"};
    subject.sign = true;
    const auto info = certification_request_info(subject, half);
    auto value = signature_by(*key, info);
    CHECK_NOTHROW(certification_request(info, half, value));
    CHECK_THROWS_AS(certification_request(info, half, signature_by(*other, info)), Error);
    value.back() ^= 1;
    CHECK_THROWS_AS(certification_request(info, half, value), Error);
}

TEST_CASE("a public key is built from what a token shows") {
    const auto key = new_key("P-384");
    const auto half = public_half(*key);
    const Bytes p384 = {0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x22};
    const auto& info = half.subject_public_key_info();
    const BytesView point = BytesView(info).last(97);
    CHECK(PublicKey::ec(p384, point).subject_public_key_info() == info);
    CHECK(half.name() == "P-384");
    CHECK_THROWS_AS(PublicKey::ec(p384, point.first(96)), Error);
    CHECK_THROWS_AS(PublicKey::rsa({}, {}), Error);
    for (const char* curve : {"ED25519", "ED448"}) {
        const auto edwards = new_key(curve);
        Bytes value(57);
        std::size_t size = value.size();
        REQUIRE(EVP_PKEY_get_raw_public_key(edwards.get(), value.data(), &size) == 1);
        value.resize(size);
        CHECK(PublicKey::edwards(value).subject_public_key_info() ==
              public_half(*edwards).subject_public_key_info());
        CHECK_THROWS_AS(PublicKey::edwards(BytesView(value).first(size - 1)), Error);
    }
    CHECK_THROWS_AS(PublicKey::edwards({}), Error);
    Bytes longer = info;
    longer.push_back(0);
    CHECK_THROWS_AS(PublicKey::from_info(longer), Error);
}

TEST_CASE("an e-mail address for a certificate is a dot-string at a domain in ASCII") {
    for (const char* good :
         {"alice@example.org", "a.b+c@x", "o'neil@sub.example-1.org", "b\303\270b@example.org"})
        CHECK(is_email_address(good));
    for (const char* bad :
         {"", "@", "alice", "alice@", "@example.org", "a..b@x", ".a@x", "a.@x", "a b@x", "a@x..y", "a@-x",
          "a@x-", "a@b\303\270b.org", "\"a b\"@x", "<a@x>", "a@x>", "a,b@x", "a@x."})
        CHECK_FALSE(is_email_address(bad));
    CHECK(is_email_address(std::string(64, 'a') + "@x"));
    CHECK_FALSE(is_email_address(std::string(65, 'a') + "@x"));
    CHECK_FALSE(is_email_address("a@" + std::string(64, 'x')));
    CHECK_FALSE(is_ascii("b\xc3\xb8"));
}
