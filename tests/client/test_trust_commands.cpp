// `signet verify` with authorities, CRLs and responders: whom it trusts, and what it says of that.
#include <openssl/pem.h>
#include <sys/stat.h>

#include <memory>

#include "cms/pem.h"
#include "tests/client/commands/session.h"
#include "tests/cms/certificate_authority.h"
#include "tests/cms/openssl_cms.h"
#include "tests/cms/revocation_list.h"
#include "tests/cms/test_keys.h"
#include "tests/fixtures/http_server.h"

using namespace signet;
using namespace signet::tests;
using cms::Bytes;
using cms::test::CertificateAuthority;

using cms::test::test_key;

namespace {

const std::string content = "content";

std::string pem_of(const cms::Certificate& certificate) {
    return cms::pem("CERTIFICATE", certificate.der());
}

std::string text_of(const Bytes& bytes) {
    return std::string(cms::as_text(bytes));
}

/// Alice, whose certificate says what `extensions` do, and a file that she signed.
class SignedFile {
  public:
    explicit SignedFile(std::vector<std::pair<int, std::string>> extensions = {},
                        const EVP_MD* digest = EVP_sha256(),
                        cms::test::KeyType type = cms::test::KeyType::p256)
        : m_alice(make_alice(m_root, test_key(type), std::move(extensions))) {
        cms::test::SignOptions options;
        options.digest = digest;
        m_session.write("a", content);
        m_session.write("a.p7s", text_of(cms::test::openssl_sign(test_key(type), m_alice,
                                                                 {content.begin(), content.end()}, options)));
        m_session.write("root.pem", pem_of(m_root.certificate()));
    }

    /// `signet verify OPTIONS a.p7s`, with a cache of this test alone.
    [[nodiscard]] ProcessResult verify(Arguments options, Environment environment = {}) const {
        options.insert(options.begin(), "verify");
        options.emplace_back("a.p7s");
        environment.emplace("XDG_CACHE_HOME", m_session.path("cache"));
        auto result = m_session.signet(options, {}, environment);
        UNSCOPED_INFO(result.out << result.err);
        return result;
    }
    [[nodiscard]] ProcessResult verify_by_root(Arguments options) const {
        options.insert(options.begin(), {"--trust", "root.pem"});
        return verify(std::move(options));
    }
    [[nodiscard]] const Session& session() const noexcept { return m_session; }
    [[nodiscard]] const CertificateAuthority& root() const noexcept { return m_root; }
    [[nodiscard]] const cms::Certificate& alice() const noexcept { return m_alice; }
    [[nodiscard]] std::string crl(bool alice_is_revoked) const {
        cms::test::CrlRequest request;
        if (alice_is_revoked)
            request.revoked = {{m_alice}};
        return text_of(cms::test::make_crl(m_root.certificate(), m_root.key(), request));
    }

  private:
    static cms::Certificate make_alice(const CertificateAuthority& root, EVP_PKEY& key,
                                       std::vector<std::pair<int, std::string>> extensions) {
        cms::test::CertificateRequest request;
        request.extensions.insert(request.extensions.end(), extensions.begin(), extensions.end());
        return root.issue(key, request);
    }

    Session m_session;
    CertificateAuthority m_root{"Root"};
    cms::Certificate m_alice;
};

std::string serial_of(const cms::Certificate& certificate) {
    const cms::BignumPtr number(ASN1_INTEGER_to_BN(X509_get0_serialNumber(certificate.x509()), nullptr));
    char* digits = BN_bn2hex(number.get());
    std::string text = digits;
    OPENSSL_free(digits);
    return text;
}

bool says(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

/// A program `trust` that yields the certificates in `bundle`, and nothing else in PATH but the system's.
Environment with_trust_program(const Session& session, const std::string& script) {
    std::filesystem::create_directory(session.path("bin"));
    session.write("bin/trust", "#!/bin/sh\n" + script);
    REQUIRE(chmod(session.path("bin/trust").c_str(), 0700) == 0);
    return {{"PATH", session.path("bin") + ":/usr/bin:/bin"}};
}

}  // namespace

TEST_CASE("Without --trust the system's authorities for mail are trusted, as p11-kit tells them") {
    const SignedFile file;
    const auto environment = with_trust_program(
        file.session(), "echo \"$@\" > asked\nfor output; do :; done\ncp root.pem \"$output\"\n");
    CHECK(file.verify({}, environment).status == 0);
    CHECK(file.session().read("asked").starts_with(
        "extract --format=pem-bundle --filter=ca-anchors --purpose=email /"));
    // With --trust nobody else is.
    file.session().write("other.pem", pem_of(CertificateAuthority("Other").certificate()));
    CHECK(file.verify({"--trust", "other.pem"}, environment).status == 1);
}

TEST_CASE("The system's authorities are those of the machine where p11-kit is installed") {
    const SignedFile file;
    const ProcessResult result = file.verify({"--json"});
    CHECK(result.status == 1);
    CHECK(says(result.out, R"("reason":"issuer-untrusted")"));
    CHECK(result.err.ends_with("; name the authority's certificate with --trust\n"));
}

TEST_CASE("If the program fails, nobody is trusted, and that is an error") {
    const SignedFile file;
    const ProcessResult result = file.verify({}, with_trust_program(file.session(), "exit 1\n"));
    CHECK(result.status == 9);
    CHECK(says(result.err, "cannot read whom the system trusts for mail"));
    CHECK(file.verify({}, {{"PATH", "/nonexistent"}}).status == 1);
}

TEST_CASE("A folder of certificates in PEM and DER is trusted") {
    const SignedFile file;
    const Session& session = file.session();
    std::filesystem::create_directory(session.path("anchors"));
    CHECK(file.verify({"--trust", "anchors"}).status == 8);
    session.write("anchors/other.pem", pem_of(CertificateAuthority("Other").certificate()));
    CHECK(file.verify({"--trust", "anchors"}).status == 1);
    session.write("anchors/root.der", text_of(file.root().certificate().der()));
    session.write("anchors/.hidden", "nothing");
    CHECK(file.verify({"--trust", "anchors"}).status == 0);
    session.write("anchors/README", "nothing");
    CHECK(file.verify({"--trust", "anchors"}).status == 8);
    // A pipe that nobody writes to would never end.
    std::filesystem::remove(session.path("anchors/README"));
    REQUIRE(mkfifo(session.path("anchors/pipe").c_str(), 0600) == 0);
    const ProcessResult pipe = file.verify({"--trust", "anchors"});
    CHECK(pipe.status == 8);
    CHECK(says(pipe.err, "anchors/pipe: it is no file"));
}

TEST_CASE("A CRL of --crl tells who is revoked; not to know is said, or refused") {
    const SignedFile file;
    const ProcessResult unknown = file.verify_by_root({});
    CHECK(unknown.status == 0);
    CHECK(says(unknown.out,
               "  warning     The signer's certificate (CN=Alice,O=Signet Tests) may have been revoked"));
    const ProcessResult json = file.verify_by_root({"--json"});
    CHECK(says(json.out, R"("warnings":[{"reason":"revocation-unknown",)"));
    CHECK(says(json.out, R"("revocation":{"status":"unknown","source":null,"revoked_at":null,)"));
    CHECK(file.verify_by_root({"--revocation", "require"}).status == 1);
    CHECK(file.verify_by_root({"--revocation", "sometimes"}).status == 2);

    file.session().write("good.crl", file.crl(false));
    const ProcessResult good =
        file.verify_by_root({"--crl", "good.crl", "--revocation", "require", "--json"});
    CHECK(good.status == 0);
    CHECK(
        says(good.out,
             R"("revocation":{"status":"good","source":"crl","revoked_at":null,"reason":null,"text":""}},)"));
    CHECK(says(good.out, R"("revocation":null}],)"));
    CHECK(says(good.out, R"("warnings":[],"weak":[],"time":")"));
    CHECK(says(good.out, R"("time_source":"now")"));

    const std::string revoked = file.crl(true);
    file.session().write("revoked.pem", cms::pem("X509 CRL", cms::as_bytes(file.crl(false))) +
                                            cms::pem("X509 CRL", cms::as_bytes(revoked)));
    file.session().write("revoked.crl", revoked);
    const ProcessResult refused = file.verify_by_root({"--crl", "revoked.crl", "--json"});
    CHECK(refused.status == 1);
    CHECK(says(refused.out, R"("reasons":[{"reason":"certificate-revoked",)"));
    CHECK(says(refused.out, R"("status":"revoked","source":"crl","revoked_at":"20)"));
    CHECK(
        says(file.verify_by_root({"--crl", "revoked.crl"}).out, "  revoked     CN=Alice,O=Signet Tests, 20"));
    CHECK(file.verify_by_root({"--crl", "good.crl", "--crl", "no-such-file"}).status == 9);
    CHECK(file.verify_by_root({"--crl", "root.pem"}).status == 8);
    CHECK(file.verify_by_root({"--crl", "a"}).status == 8);
    file.session().write("large.crl", "");
    std::filesystem::resize_file(file.session().path("large.crl"), std::uintmax_t{100} << 20);
    CHECK(file.verify_by_root({"--crl", "large.crl"}).status == 9);
    std::filesystem::resize_file(file.session().path("large.crl"), std::uintmax_t{20} << 20);
    CHECK(file.verify_by_root({"--crl", "large.crl"}).status == 8);
}

TEST_CASE("Who is not certified under a policy that is required is refused") {
    const SignedFile file({{NID_certificate_policies, "1.3.6.1.4.1.99.1"}});
    CHECK(file.verify_by_root({"--require-policy", "1.3.6.1.4.1.99.1"}).status == 0);
    CHECK(file.verify_by_root({"--explicit-policy"}).status == 0);
    // One of several.
    CHECK(
        file.verify_by_root({"--require-policy", "1.3.6.1.4.1.99.2", "--require-policy", "1.3.6.1.4.1.99.1"})
            .status == 0);
    const ProcessResult refused = file.verify_by_root({"--require-policy", "1.3.6.1.4.1.99.2", "--json"});
    CHECK(refused.status == 1);
    CHECK(says(refused.out, R"("reason":"policy-missing")"));
    // Only where a certificate requires one is what is accepted looked at.
    CHECK(file.verify_by_root({"--accept-policy", "1.3.6.1.4.1.99.2"}).status == 0);
    CHECK(file.verify_by_root({"--accept-policy", "1.3.6.1.4.1.99.2", "--explicit-policy"}).status == 1);
    // Not that either will do.
    CHECK(file.verify_by_root({"--require-policy", "1.3.6.1.4.1.99.2", "--accept-policy", "1.3.6.1.4.1.99.1"})
              .status == 2);
    const SignedFile any({{NID_certificate_policies, "2.5.29.32.0"}});
    CHECK(any.verify_by_root({"--require-policy", "1.3.6.1.4.1.99.1"}).status == 0);
    CHECK(any.verify_by_root({"--require-policy", "1.3.6.1.4.1.99.1", "--inhibit-any-policy"}).status == 1);
    const SignedFile none;
    CHECK(none.verify_by_root({"--inhibit-any-policy", "--inhibit-policy-mapping"}).status == 0);
    CHECK(none.verify_by_root({"--explicit-policy"}).status == 1);
    for (const char* wrong : {"policy", "1.2.x", "9.9.9", "1", "1..2"}) {
        CHECK(none.verify_by_root({"--require-policy", wrong}).status == 2);
        CHECK(none.verify_by_root({"--accept-policy", wrong}).status == 2);
    }
}

TEST_CASE("A weak signature is accepted only with --legacy, and named") {
    const auto [digest, name] =
        GENERATE(std::pair(EVP_sha1(), std::string("SHA-1")), std::pair(EVP_md5(), std::string("MD5")));
    const SignedFile file({}, digest, cms::test::KeyType::rsa2048);
    const ProcessResult refused = file.verify_by_root({"--json"});
    CHECK(refused.status == 1);
    CHECK(says(refused.out, R"("reason":"hash-broken")"));
    const ProcessResult accepted = file.verify_by_root({"--legacy", "--json"});
    CHECK(accepted.status == 0);
    CHECK(says(accepted.out, R"("weak":[{"algorithm":")" + name + R"(","where":"the signature"}])"));
    const ProcessResult text = file.verify_by_root({"--legacy"});
    CHECK(says(text.out, "  warning     It has a weak algorithm: " + name + ", the signature.\n"));
    file.session().write("a", "altered");
    CHECK(file.verify_by_root({"--legacy"}).status == 1);
}

TEST_CASE("Nothing is fetched unless asked for; what was is kept") {
    std::string crl;
    HttpServer server([&](const std::string&) { return HttpServer::ok(crl); });
    const SignedFile file({{NID_crl_distribution_points, "URI:" + server.url("/ca.crl")}});
    crl = file.crl(false);
    CHECK(file.verify_by_root({}).status == 0);
    CHECK(file.verify_by_root({"--revocation", "require", "--offline"}).status == 1);
    // Nor for a signer who is not trusted.
    file.session().write("other.pem", pem_of(CertificateAuthority("Other").certificate()));
    CHECK(file.verify({"--trust", "other.pem", "--revocation", "fetch"}).status == 1);
    CHECK(server.requests().empty());
    CHECK(file.verify_by_root({"--revocation", "require"}).status == 0);
    CHECK(server.requests().size() == 1);
    CHECK(file.verify_by_root({"--revocation", "require"}).status == 0);
    CHECK(file.verify_by_root({"--revocation", "require", "--offline"}).status == 0);
    CHECK(says(file.verify_by_root({"--json"}).out, R"("status":"good","source":"crl")"));
    CHECK(server.requests().size() == 1);
    std::filesystem::remove_all(file.session().path("cache"));
    crl = "rubbish";
    const ProcessResult rubbish = file.verify_by_root({"--revocation", "fetch", "--json"});
    CHECK(rubbish.status == 0);
    CHECK(says(rubbish.out, "what should be its CRL is none"));
    CHECK(file.verify_by_root({"--revocation", "require"}).status == 1);
}

TEST_CASE("OpenSSL's responder is asked, and its answer believed") {
    std::unique_ptr<SignedFile> file;
    std::string state = "V";
    HttpServer server([&](const std::string& request) {
        const Session& session = file->session();
        session.write("request", request.substr(request.find("\r\n\r\n") + 4));
        session.write("index", state + "\t351231235959Z\t" +
                                   (state == "R" ? "250101000000Z,superseded" : "") + "\t" +
                                   serial_of(file->alice()) + "\tunknown\t/CN=Alice\n");
        session.run_here({"openssl", "ocsp", "-index", "index", "-CA", "root.pem", "-rsigner", "root.pem",
                          "-rkey", "root.key", "-reqin", "request", "-respout", "response", "-ndays", "1"});
        return HttpServer::ok(session.read("response"));
    });
    file = std::make_unique<SignedFile>(
        std::vector<std::pair<int, std::string>>{{NID_info_access, "OCSP;URI:" + server.url("/ocsp")}});
    const cms::BioPtr key(BIO_new(BIO_s_mem()));
    REQUIRE(PEM_write_bio_PKCS8PrivateKey(key.get(), &file->root().key(), nullptr, nullptr, 0, nullptr,
                                          nullptr) == 1);
    char* text = nullptr;
    const long size = BIO_get_mem_data(key.get(), &text);
    file->session().write("root.key", {text, static_cast<std::size_t>(size)});

    const ProcessResult good = file->verify_by_root({"--revocation", "require", "--json"});
    CHECK(good.status == 0);
    CHECK(says(good.out, R"("status":"good","source":"ocsp")"));
    CHECK(server.requests() == std::vector<std::string>{"POST /ocsp HTTP/1.1"});
    std::filesystem::remove_all(file->session().path("cache"));
    state = "R";
    const ProcessResult revoked = file->verify_by_root({"--revocation", "fetch", "--json"});
    CHECK(revoked.status == 1);
    CHECK(says(revoked.out, R"("status":"revoked","source":"ocsp","revoked_at":"2025-01-01T00:00:00Z")"));
    CHECK(says(file->verify_by_root({"--revocation", "fetch"}).out, ", 2025-01-01T00:00:00Z (superseded)\n"));
}
