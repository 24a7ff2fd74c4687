#include "cms/certificate.h"
#include "cms/digest_stream.h"
#include "cms/error.h"
#include "tests/catch.h"
#include "tests/cms/certificate_authority.h"
#include "tests/cms/test_keys.h"

#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <ctime>

using namespace signet::cms;
using namespace signet::cms::test;

namespace {

std::string pem_of(const Certificate& certificate) {
    const BioPtr bio(BIO_new(BIO_s_mem()));
    PEM_write_bio_X509(bio.get(), certificate.x509());
    char* text = nullptr;
    const long size = BIO_get_mem_data(bio.get(), &text);
    return {text, static_cast<std::size_t>(size)};
}

CertificateRequest with_names(const std::string& names) {
    CertificateRequest request;
    request.extensions = {{NID_subject_alt_name, names}};
    return request;
}

}  // namespace

TEST_CASE("a certificate is read back from its DER, and only from exactly that") {
    const CertificateAuthority authority;
    const Certificate alice = authority.issue(test_key(KeyType::p256));
    const Bytes der = alice.der();
    CHECK(Certificate::from_der(der).der() == der);
    CHECK(alice.fingerprint() == digest(DigestAlgorithm::sha256, der));
    Bytes longer = der;
    longer.push_back(0);
    CHECK_THROWS_AS(Certificate::from_der(longer), Error);
    for (std::size_t size = 0; size < der.size(); ++size)
        CHECK_THROWS_AS(Certificate::from_der(BytesView(der).first(size)), Error);
}

TEST_CASE("the certificates of a PEM text come in order, and a broken one is an error") {
    const CertificateAuthority authority;
    const Certificate alice = authority.issue(test_key(KeyType::p256));
    const std::string key = "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n";
    const auto all = Certificate::from_pem("some text\n" + pem_of(alice) + key +
                                           pem_of(authority.certificate()) + "end\n");
    REQUIRE(all.size() == 2);
    CHECK(all[0].der() == alice.der());
    CHECK(all[1].der() == authority.certificate().der());
    CHECK(Certificate::from_pem("").empty());
    CHECK(Certificate::from_pem("nothing here").empty());
    std::string broken = pem_of(alice);
    broken.erase(broken.size() / 2, 64);
    CHECK_THROWS_AS(Certificate::from_pem(broken), Error);
    CHECK_THROWS_AS(Certificate::from_pem("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"),
                    Error);
}

TEST_CASE("e-mail addresses are rfc822Names and SmtpUTF8Mailboxes, else those of the subject") {
    const CertificateAuthority authority;
    EVP_PKEY& key = test_key(KeyType::p256);
    // OpenSSL's configuration has no UTF-8 here, so the umlaut is put in afterwards.
    auto request = with_names(
        "email:alice@example.org,DNS:example.org,email:alice@example.org,"
        "otherName:1.3.6.1.5.5.7.8.9;UTF8:XYlice@example.org,otherName:1.2.3.4;UTF8:mallory@example.org");
    request.subject_email = "subject@example.org";
    Bytes der = authority.issue(key, request).der();
    const std::size_t at = as_text(der).find("XYlice");
    REQUIRE(at != std::string_view::npos);
    der[at] = 0xC3;
    der[at + 1] = 0xA4;
    CHECK(Certificate::from_der(der).email_addresses() ==
          std::vector<std::string>{"alice@example.org", "\xC3\xA4lice@example.org"});
    request.extensions = {{NID_subject_alt_name, "DNS:example.org"}};
    CHECK(authority.issue(key, request).email_addresses() == std::vector<std::string>{"subject@example.org"});
    request.extensions.clear();
    CHECK(authority.issue(key, request).email_addresses() == std::vector<std::string>{"subject@example.org"});
    request.subject_email.clear();
    CHECK(authority.issue(key, request).email_addresses().empty());
}

TEST_CASE("an e-mail address with an embedded NUL or a line break is none") {
    const CertificateAuthority authority;
    for (const char character : {'\0', '\n', '\x1B'}) {
        Bytes der = authority.issue(test_key(KeyType::p256), with_names("email:alice@example.org")).der();
        const std::string_view text = as_text(der);
        const std::size_t at = text.find("alice@example.org");
        REQUIRE(at != std::string_view::npos);
        der[at + 5] = static_cast<std::uint8_t>(character);
        CHECK(Certificate::from_der(der).email_addresses().empty());
    }
}

TEST_CASE("a subject is one line, in UTF-8, with its control characters escaped") {
    const CertificateAuthority authority;
    CertificateRequest request;
    request.common_name = "J\xC3\xB6rg\n\x1B[2J\xC2\x9B\x31m, Inc";
    CHECK(authority.issue(test_key(KeyType::p256), request).subject() ==
          "CN=J\xC3\xB6rg\\0A\\1B[2J\\C2\\9B\x31m\\, Inc,O=Signet Tests");
}

TEST_CASE("keys are named, and only some of them may do what the certificate allows") {
    const CertificateAuthority authority;
    const auto issue = [&authority](KeyType type, const char* usage) {
        CertificateRequest request;
        request.extensions.clear();
        if (usage != nullptr)
            request.extensions = {{NID_key_usage, usage}};
        return authority.issue(test_key(type), request);
    };
    CHECK(issue(KeyType::rsa2048, nullptr).key_name() == "RSA-2048");
    CHECK(issue(KeyType::p256, nullptr).key_name() == "P-256");
    CHECK(issue(KeyType::p384, nullptr).key_name() == "P-384");
    CHECK(issue(KeyType::p521, nullptr).key_name() == "P-521");
    CHECK(issue(KeyType::ed25519, nullptr).key_name() == "Ed25519");
    CHECK(issue(KeyType::rsa2048, nullptr).key_kind() == KeyKind::rsa);
    CHECK(issue(KeyType::p521, nullptr).key_kind() == KeyKind::ec);
    CHECK(issue(KeyType::ed25519, nullptr).key_kind() == KeyKind::edwards);
    CHECK(issue(KeyType::ed448, nullptr).key_name() == "Ed448");
    CHECK(issue(KeyType::ed448, nullptr).key_kind() == KeyKind::edwards);

    CHECK(issue(KeyType::p256, nullptr).may_sign());
    CHECK(issue(KeyType::p256, "digitalSignature").may_sign());
    CHECK(issue(KeyType::p256, "nonRepudiation").may_sign());
    CHECK_FALSE(issue(KeyType::p256, "keyAgreement").may_sign());

    CHECK(issue(KeyType::rsa2048, nullptr).may_decrypt());
    CHECK(issue(KeyType::rsa2048, "keyEncipherment").may_decrypt());
    CHECK_FALSE(issue(KeyType::rsa2048, "keyAgreement").may_decrypt());
    CHECK(issue(KeyType::p384, "keyAgreement").may_decrypt());
    CHECK_FALSE(issue(KeyType::p384, "keyEncipherment").may_decrypt());
    CHECK_FALSE(issue(KeyType::ed25519, nullptr).may_decrypt());
    CHECK(issue(KeyType::ed448, nullptr).may_sign());
}

TEST_CASE("validity, identifiers and kinds of a certificate") {
    const CertificateAuthority authority;
    const Certificate alice = authority.issue(test_key(KeyType::p256));
    const std::int64_t now = std::time(nullptr);
    CHECK(alice.not_before() <= now - 3590);
    CHECK(alice.not_before() >= now - 3700);
    CHECK(alice.not_after() - alice.not_before() == 86400 + 3600);
    CHECK_FALSE(alice.is_ca());
    CHECK(authority.certificate().is_ca());
    CHECK(authority.certificate().is_self_issued());
    CHECK_FALSE(alice.is_self_issued());
    CHECK(alice.subject_key_identifier().size() == 20);
    CertificateRequest without;
    without.key_identifier = false;
    CHECK(authority.issue(test_key(KeyType::p256), without).subject_key_identifier().empty());
    CHECK(EVP_PKEY_eq(alice.public_key(), &test_key(KeyType::p256)) == 1);
    Certificate copy = authority.certificate();
    copy = alice;
    CHECK(copy.x509() == alice.x509());
    CHECK(copy.der() != authority.certificate().der());
    CHECK_FALSE(alice.issuer_and_serial() == authority.certificate().issuer_and_serial());
    CHECK(alice.subject_public_key_info().front() == 0x30);
}
