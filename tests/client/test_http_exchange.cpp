#include "client/http_exchange.h"

#include "client/http_url.h"
#include "tests/catch.h"
#include "tests/fixtures/http_server.h"

#include <cstdlib>

using namespace signet;
using namespace signet::client;
using namespace signet::tests;
using namespace std::string_literals;

namespace {

HttpAnswer get(const std::string& url, std::size_t limit = 1000) {
    HttpRequest request;
    request.url = url;
    request.limit = limit;
    auto answer = exchange_http(request);
    UNSCOPED_INFO(answer.trouble);
    return answer;
}

std::string redirection(const std::string& location, int status = 302) {
    return "HTTP/1.1 " + std::to_string(status) + " Elsewhere\r\nLocation: " + location +
           "\r\nContent-Length: 0\r\n\r\n";
}

}  // namespace

TEST_CASE("URLs of http are read, and nothing else") {
    const auto url = parse_http_url("HTTP://crl.Example.org:8080/a/b.crl?x=1#part");
    REQUIRE(url);
    CHECK(url->host == "crl.Example.org");
    CHECK(url->port == "8080");
    CHECK(url->target == "/a/b.crl?x=1");
    CHECK(parse_http_url("http://example.org")->target == "/");
    CHECK(parse_http_url("http://example.org?q")->target == "/?q");
    CHECK(parse_http_url("http://[::1]:81/")->host == "::1");
    CHECK(parse_http_url("http://[::1]:81/")->text() == "http://[::1]:81/");
    for (const char* other : {"", "https://example.org/", "ftp://example.org/", "http://", "http:///a",
                              "http://user@example.org/", "http://a b/", "http://example.org/a b",
                              "http://example.org/\r\nX: y", "http://example.org:/", "http://example.org:x/",
                              "http://[::1/", "http://[::1]x/", "http://example.org\x01/"}) {
        CAPTURE(other);
        CHECK_FALSE(parse_http_url(other));
    }
    CHECK(redirected(*url, "/c")->text() == "http://crl.Example.org:8080/c");
    CHECK_FALSE(redirected(*url, "//elsewhere/"));
    CHECK_FALSE(redirected(*url, "file:///etc/passwd"));
}

TEST_CASE("What lies at a URL is fetched, and a question is answered") {
    HttpServer server([](const std::string& request) {
        return HttpServer::ok(request.starts_with("GET ") ? "got"
                                                          : request.substr(request.find("\r\n\r\n") + 4));
    });
    CHECK(get(server.url("/a.crl")).body == cms::Bytes{'g', 'o', 't'});
    HttpRequest request;
    request.url = server.url("/ocsp");
    request.content_type = "application/ocsp-request";
    const std::string body("\0body", 5);
    request.body = cms::as_bytes(body);
    request.limit = 1000;
    CHECK(exchange_http(request).body == cms::Bytes{'\0', 'b', 'o', 'd', 'y'});
    CHECK(server.requests() == std::vector{"GET /a.crl HTTP/1.1"s, "POST /ocsp HTTP/1.1"s});
}

TEST_CASE("A server that fails, talks rubbish, too much or not at all gives no answer") {
    const auto answering = [](const std::string& bytes) {
        HttpServer server([&](const std::string&) { return bytes; });
        return get(server.url()).trouble;
    };
    CHECK(
        answering("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n").ends_with("the server answers 404"));
    CHECK_FALSE(answering("").empty());
    CHECK_FALSE(answering("garbage\r\n\r\n").empty());
    CHECK_FALSE(answering("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\ncut").empty());
    CHECK_FALSE(answering("HTTP/1.1 200 OK\r\nX: " + std::string(100'000, 'x')).empty());
    CHECK_FALSE(answering(HttpServer::ok(std::string(1001, 'x'))).empty());
    CHECK(answering(HttpServer::ok(std::string(1000, 'x'))).empty());
    CHECK_FALSE(answering("HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n").empty());
    // Without a length, and more than the limit.
    CHECK_FALSE(answering("HTTP/1.1 200 OK\r\n\r\n" + std::string(5000, 'x')).empty());

    HttpServer silent([](const std::string&) { return std::nullopt; });
    HttpRequest request;
    request.url = silent.url();
    request.timeout = std::chrono::milliseconds(300);
    CHECK(exchange_http(request).trouble.ends_with("no answer in time"));
    std::string gone;
    {
        HttpServer server([](const std::string&) { return ""; });
        gone = server.url();
    }
    CHECK_FALSE(get(gone).trouble.empty());
    CHECK(get("ftp://127.0.0.1/").trouble.ends_with("it is no http URL"));
}

TEST_CASE("Redirections are followed three times, within http") {
    std::string base;
    HttpServer server([&](const std::string& request) {
        const char hop = request.at(5);
        if (hop == '3')
            return HttpServer::ok("there");
        if (hop == 's')
            return redirection("https://127.0.0.1/");
        if (hop == 'l')
            return redirection("/l");
        return redirection(hop == '0' ? base + "/1" : "/"s + static_cast<char>(hop + 1));
    });
    base = server.url("");
    CHECK(get(server.url("/0")).body.has_value());
    CHECK(server.requests().size() == 4);
    CHECK_FALSE(get(server.url("/s")).body);
    CHECK(get(server.url("/l")).trouble.ends_with("it is redirected too often"));
    CHECK(server.requests().size() == 9);
}

TEST_CASE("A proxy is asked in the server's place, but for hosts that are exempt") {
    HttpServer proxy([](const std::string&) { return HttpServer::ok("by proxy"); });
    HttpServer direct([](const std::string&) { return HttpServer::ok("direct"); });
    setenv("http_proxy", proxy.url().c_str(), 1);
    CHECK(get("http://crl.invalid/a").body.has_value());
    CHECK(proxy.requests() == std::vector{"GET http://crl.invalid/a HTTP/1.1"s});
    setenv("no_proxy", "example.org, 127.0.0.1", 1);
    CHECK(get(direct.url("/b")).body.has_value());
    CHECK(direct.requests().size() == 1);
    setenv("http_proxy", "socks5://127.0.0.1/", 1);
    CHECK_FALSE(get("http://crl.invalid/a").body);
    unsetenv("http_proxy");
    unsetenv("no_proxy");
}
