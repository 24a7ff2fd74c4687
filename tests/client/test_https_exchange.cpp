// https: whom a server must be, and which way a redirection may lead.
#include "client/http_exchange.h"

#include "cms/openssl_ptr.h"
#include "cms/pem.h"
#include "tests/catch.h"
#include "tests/cms/certificate_authority.h"
#include "tests/cms/test_keys.h"
#include "tests/fixtures/file.h"
#include "tests/fixtures/http_server.h"
#include "tests/fixtures/temporary_folder.h"

#include <openssl/pem.h>
#include <openssl/ssl.h>

#include <cstdlib>
#include <memory>

using namespace signet;
using namespace signet::client;
using namespace signet::tests;
using namespace std::string_literals;
using cms::test::CertificateAuthority;

namespace {

/// A web server under a CA of its own, which the system trusts as long as this lives.
class Web {
  public:
    Web() {
        write_file(m_folder / "root.pem", cms::pem("CERTIFICATE", root.certificate().der()));
        trust(m_folder / "root.pem");
    }
    ~Web() { unsetenv("SSL_CERT_FILE"); }
    Web(const Web&) = delete;
    Web& operator=(const Web&) = delete;
    Web(Web&&) = delete;
    Web& operator=(Web&&) = delete;

    void trust(const std::filesystem::path& file) { setenv("SSL_CERT_FILE", file.c_str(), 1); }
    [[nodiscard]] const TemporaryFolder& folder() const { return m_folder; }

    /// With a certificate for `names`, as openssl.cnf writes them.
    [[nodiscard]] HttpServer::Identity identity(const std::string& names, std::int64_t not_after = 86400,
                                                const std::string& usage = "serverAuth") const {
        EVP_PKEY& key = cms::test::test_key(cms::test::KeyType::p256, 2);
        cms::test::CertificateRequest request;
        request.common_name = "127.0.0.1";
        request.extensions = {{NID_subject_alt_name, names}, {NID_ext_key_usage, usage}};
        request.not_before = -86400;
        request.not_after = not_after;
        write_file(m_folder / "server.pem", cms::pem("CERTIFICATE", root.issue(key, request).der()));
        const cms::BioPtr file(BIO_new_file((m_folder / "server-key.pem").c_str(), "w"));
        REQUIRE(PEM_write_bio_PrivateKey(file.get(), &key, nullptr, nullptr, 0, nullptr, nullptr) == 1);
        return {(m_folder / "server.pem").string(), (m_folder / "server-key.pem").string()};
    }

    CertificateAuthority root{"Web Root"};

  private:
    TemporaryFolder m_folder;
};

HttpAnswer get(const std::string& url, const NameLookup& lookup = {}) {
    HttpRequest request;
    request.url = url;
    request.limit = 1000;
    request.https = true;
    request.lookup = lookup;
    auto answer = exchange_http(request);
    UNSCOPED_INFO(answer.trouble);
    return answer;
}

bool says(const HttpAnswer& answer, const std::string& part) {
    return !answer.body && answer.trouble.find(part) != std::string::npos;
}

std::optional<std::string> got(const std::string&) {
    return HttpServer::ok("got");
}

}  // namespace

TEST_CASE("A server is asked over https if its certificate is for it, and from whom the system trusts") {
    Web web;
    const cms::Bytes body{'g', 'o', 't'};
    {
        const HttpServer server(got, web.identity("IP:127.0.0.1"));
        CHECK(get(server.url()).body == body);
        HttpRequest http_alone;
        http_alone.url = server.url();
        http_alone.limit = 1000;
        CHECK(says(exchange_http(http_alone), "it is no http URL"));
        CHECK(server.requests().size() == 1);
        web.trust("/dev/null");
        CHECK(says(get(server.url()), "the server's certificate does not hold: "));
        CHECK(server.requests().size() == 1);
        web.trust(web.folder() / "root.pem");
    }
    const auto why_not = [](const HttpServer::Identity& identity) {
        const HttpServer server(got, identity);
        HttpAnswer answer = get(server.url());
        CHECK(server.requests().empty());
        return answer;
    };
    // Nor does the subject's common name count.
    CHECK(says(why_not(web.identity("DNS:example.org")), "IP address mismatch"));
    CHECK(says(why_not(web.identity("DNS:127.0.0.1")), "IP address mismatch"));
    CHECK(says(why_not(web.identity("IP:127.0.0.1", -3600)), "certificate has expired"));
    CHECK(says(why_not(web.identity("IP:127.0.0.1", 86400, "emailProtection")), "certificate purpose"));
    const NameLookup local = [](const std::string&) { return std::vector{"127.0.0.1"s}; };
    const HttpServer named(got, web.identity("DNS:*.example.org"));
    const std::string port = ":" + std::to_string(named.port()) + "/";
    CHECK(get("https://tsa.example.org" + port, local).body == body);
    CHECK(says(get("https://a.tsa.example.org" + port, local), "hostname mismatch"));
    CHECK(says(get("https://tsa.example.com" + port, local), "hostname mismatch"));
}

TEST_CASE("A server that says nothing, too much or breaks off gives no answer over https") {
    const Web web;
    const HttpServer silent([](const std::string&) { return std::nullopt; }, web.identity("IP:127.0.0.1"));
    HttpRequest request;
    request.url = silent.url();
    request.https = true;
    request.timeout = std::chrono::milliseconds(500);
    CHECK(says(exchange_http(request), "no answer in time"));
    const HttpServer cut([](const std::string&) { return "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\ncut"; },
                         web.identity("IP:127.0.0.1"));
    CHECK_FALSE(get(cut.url()).body);
    const HttpServer large([](const std::string&) { return HttpServer::ok(std::string(1001, 'x')); },
                           web.identity("IP:127.0.0.1"));
    CHECK(says(get(large.url()), "limit"));
    // Spoken to without TLS, it breaks off.
    CHECK_FALSE(get("http://127.0.0.1:" + std::to_string(large.port()) + "/").body);
    CHECK(large.requests().size() == 1);
}

TEST_CASE("A redirection leads from http to https, and not back") {
    const Web web;
    const auto to = [](const std::string& location) {
        return [location](const std::string&) {
            return "HTTP/1.1 307 Elsewhere\r\nLocation: " + location + "\r\nContent-Length: 0\r\n\r\n";
        };
    };
    const HttpServer secure(got, web.identity("IP:127.0.0.1"));
    const HttpServer plain(got);
    const HttpServer up(to(secure.url()));
    const HttpServer down(to(plain.url()), web.identity("IP:127.0.0.1"));
    CHECK(get(up.url()).body);
    CHECK(says(get(down.url()), "it is redirected from https to http"));
    CHECK(plain.requests().empty());
}

TEST_CASE("A proxy is asked for a tunnel to a server of https, and may refuse it") {
    const Web web;
    const HttpServer secure(got, web.identity("IP:127.0.0.1"));
    HttpServer proxy([](const std::string&) { return "HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n"; });
    setenv("https_proxy", proxy.url("").c_str(), 1);
    CHECK(says(get(secure.url()), "the proxy answers 403"));
    CHECK(secure.requests().empty());
    CHECK(proxy.requests() ==
          std::vector{"CONNECT 127.0.0.1:" + std::to_string(secure.port()) + " HTTP/1.1"});
    setenv("https_proxy", secure.url().c_str(), 1);
    CHECK(says(get(secure.url()), "$https_proxy is no http URL"));
    setenv("no_proxy", "127.0.0.1", 1);
    CHECK(get(secure.url()).body);
    unsetenv("https_proxy");
    unsetenv("no_proxy");
    setenv("HTTPS_PROXY", secure.url().c_str(), 1);
    CHECK(says(get(secure.url()), "$HTTPS_PROXY is no http URL"));
    unsetenv("HTTPS_PROXY");
}

TEST_CASE("Through a proxy's tunnel the server is asked, and the proxy learns neither question nor answer") {
    const Web web;
    const HttpServer secure(got, web.identity("IP:127.0.0.1"));
    std::string heard;
    const HttpServer proxy(
        [&heard](const std::string& request) {
            heard += request;
            return "HTTP/1.1 200 Connection established\r\n\r\n";
        },
        secure.port());
    setenv("https_proxy", proxy.url("").c_str(), 1);
    CHECK(get(secure.url("/a/question")).body == cms::Bytes{'g', 'o', 't'});
    CHECK(secure.requests() == std::vector{"GET /a/question HTTP/1.1"s});
    CHECK(proxy.requests() ==
          std::vector{"CONNECT 127.0.0.1:" + std::to_string(secure.port()) + " HTTP/1.1"});
    CHECK(heard.find("question") == std::string::npos);
    // At the tunnel's end the certificate must be the one of whom was asked for.
    const NameLookup local = [](const std::string&) { return std::vector{"127.0.0.1"s}; };
    CHECK(says(get("https://tsa.example.org:" + std::to_string(secure.port()) + "/", local),
               "hostname mismatch"));
    CHECK(proxy.requests().back() ==
          "CONNECT tsa.example.org:" + std::to_string(secure.port()) + " HTTP/1.1");
    CHECK(secure.requests().size() == 1);
    unsetenv("https_proxy");
}

TEST_CASE("A server that speaks no newer TLS than 1.1 is not asked") {
    const Web web;
    HttpServer::Identity identity = web.identity("IP:127.0.0.1");
    identity.newest_version = TLS1_2_VERSION;
    const HttpServer in_time(got, identity);
    CHECK(get(in_time.url()).body);
    identity.newest_version = TLS1_1_VERSION;
    const HttpServer old(got, identity);
    CHECK(says(get(old.url()), "there is no TLS with the server: "));
    CHECK(says(get(old.url()), "protocol version"));
    CHECK(old.requests().empty());
}

TEST_CASE("Any success of a proxy opens the tunnel") {
    const Web web;
    const HttpServer secure(got, web.identity("IP:127.0.0.1"));
    // It breaks off behind its answer: then it is TLS that fails, and not the proxy's answer.
    HttpServer proxy([](const std::string&) { return "HTTP/1.1 204 Tunnel\r\n\r\n"; });
    setenv("https_proxy", proxy.url("").c_str(), 1);
    const auto trouble = get(secure.url()).trouble;
    CHECK_FALSE(trouble.empty());
    CHECK(trouble.find("the proxy answers") == std::string::npos);
    CHECK(secure.requests().empty());
    unsetenv("https_proxy");
}
