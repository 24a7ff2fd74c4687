#include "client/http_exchange.h"

#include "client/file_descriptor.h"
#include "client/http_proxy.h"
#include "client/http_url.h"
#include "tests/catch.h"
#include "tests/fixtures/http_server.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include <cstdlib>
#include <future>
#include <memory>
#include <stdexcept>

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

TEST_CASE("URLs of http and https are read, and nothing else") {
    const auto url = parse_http_url("HTTP://crl.Example.org:8080/a/b.crl?x=1#part");
    REQUIRE(url);
    CHECK(url->host == "crl.Example.org");
    CHECK(url->port == "8080");
    CHECK(url->target == "/a/b.crl?x=1");
    CHECK(parse_http_url("http://example.org")->target == "/");
    CHECK(parse_http_url("http://example.org?q")->target == "/?q");
    CHECK(parse_http_url("http://[::1]:81/")->host == "::1");
    CHECK(parse_http_url("http://[::1]:81/")->text() == "http://[::1]:81/");
    for (const char* other : {"", "httpsx://example.org/", "ftp://example.org/", "http://", "http:///a",
                              "http://user@example.org/", "http://a b/", "http://example.org/a b",
                              "http://example.org/\r\nX: y", "http://example.org:/", "http://example.org:x/",
                              "http://example.org:0/", "http://example.org:65536/", "https://",
                              "http://[::1/", "http://[::1]x/", "http://example.org\x01/"}) {
        CAPTURE(other);
        CHECK_FALSE(parse_http_url(other));
    }
    const auto tls = parse_http_url("HTTPS://tsa.example.org/a");
    REQUIRE(tls);
    CHECK(tls->is_https);
    CHECK_FALSE(url->is_https);
    CHECK(tls->port == "443");
    CHECK(tls->text() == "https://tsa.example.org/a");
    CHECK(tls->tunnel_authority() == "tsa.example.org:443");
    CHECK(parse_http_url("https://example.org:80/")->text() == "https://example.org:80/");
    CHECK(redirected(*tls, "/c")->text() == "https://tsa.example.org/c");
    CHECK(redirected(*url, "/c")->text() == "http://crl.Example.org:8080/c");
    CHECK(redirected(*url, "//elsewhere/d")->text() == "http://elsewhere/d");
    CHECK(redirected(*tls, "//elsewhere/d")->text() == "https://elsewhere/d");
    CHECK_FALSE(redirected(*url, "//user@elsewhere/"));
    CHECK_FALSE(redirected(*url, "///d"));
    CHECK_FALSE(redirected(*url, "file:///etc/passwd"));
}

TEST_CASE("No message shows the password in a URL") {
    CHECK(without_user_information("http://user:secret@tsa.example.org/a") == "http://...@tsa.example.org/a");
    CHECK(without_user_information("http://user:se/cr@et?@tsa.example.org") == "http://...@tsa.example.org");
    CHECK(without_user_information("user:secret@tsa.example.org") == "...@tsa.example.org");
    CHECK(without_user_information("user:http://@tsa.example.org") == "...@tsa.example.org");
    for (const char* as_it_is : {"", "http://tsa.example.org/a@b", "tsa.example.org", "http:/tsa"})
        CHECK(without_user_information(as_it_is) == as_it_is);
    CHECK(has_user_information("http://user@tsa.example.org"));
    CHECK(has_user_information("user:secret@tsa.example.org/"));
    CHECK_FALSE(has_user_information("http://tsa.example.org/a@b"));

    const std::string asked = get("http://user:secret@127.0.0.1/").trouble;
    CHECK(asked == "http://...@127.0.0.1/ cannot be fetched: it is no http URL");
    HttpServer server([](const std::string&) { return redirection("http://user:secret@127.0.0.1/"); });
    const std::string redirected_to = get(server.url()).trouble;
    CHECK(redirected_to.ends_with("it is redirected to http://...@127.0.0.1/, which is no http URL"));
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

    // Its length is not said before, or is a lie.
    const std::string chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n";
    CHECK(answering(chunked + "\r\n3\r\nabc\r\n0\r\n\r\n").empty());
    for (const std::string& rest :
         {"\r\n1389\r\n" + std::string(5001, 'x') + "\r\n0\r\n\r\n", "\r\nffffffffffffffff\r\nx"s,
          "\r\n1ffffffffffffffff\r\nx"s, "\r\n-1\r\nx"s, "\r\nzz\r\n"s, "\r\n3\r\nabc\r\n"s,
          "\r\n3\r\nabcd\r\n0\r\n\r\n"s, "\r\n1;" + std::string(100'000, 'x'),
          "\r\n0\r\nX: " + std::string(100'000, 'x'), "Content-Length: 3\r\n\r\nabc"s}) {
        CAPTURE(rest.substr(0, 40));
        CHECK_FALSE(answering(chunked + rest).empty());
    }
    CHECK_FALSE(answering("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\nabc").empty());
    CHECK_FALSE(answering("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\nabc").empty());
    CHECK_FALSE(answering("HTTP/1.1 302 Elsewhere\r\nLocation: http://a\x1b[2J/\r\n\r\n").empty());

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
    CHECK(get("https://127.0.0.1/").trouble.ends_with("it is no http URL"));
}

TEST_CASE("A name server that hangs takes no longer than an exchange may") {
    struct Hanging {
        std::promise<void> release;
        std::promise<void> ended;
    };
    auto hanging = std::make_shared<Hanging>();
    HttpRequest request;
    request.url = "http://tsa.example/";
    request.timeout = std::chrono::milliseconds(300);
    request.lookup = [hanging](const std::string& host) {
        hanging->release.get_future().wait();
        hanging->ended.set_value();
        return std::vector{host};
    };
    // It returns though the lookup does not.
    CHECK(exchange_http(request).trouble.ends_with("no answer in time"));
    request.lookup = {};
    // Whom the lookup tells then is long gone.
    hanging->release.set_value();
    CHECK(hanging->ended.get_future().wait_for(std::chrono::seconds(60)) == std::future_status::ready);
}

TEST_CASE("A host is looked up once, and reached at the first address that answers") {
    HttpServer server([](const std::string&) { return HttpServer::ok("got"); });
    HttpRequest request;
    request.limit = 1000;
    request.url = "http://tsa.example:" + std::to_string(server.port()) + "/";
    auto asked = std::make_shared<std::vector<std::string>>();
    request.lookup = [asked](const std::string& host) {
        asked->push_back(host);
        return std::vector{"127.0.0.2"s, "127.0.0.1"s};
    };
    CHECK(exchange_http(request).body == cms::Bytes{'g', 'o', 't'});
    CHECK(*asked == std::vector{"tsa.example"s});
    request.lookup = [](const std::string&) -> std::vector<std::string> {
        throw std::runtime_error("no such host");
    };
    CHECK(exchange_http(request).trouble.ends_with("no such host"));
    for (const std::vector<std::string>& rubbish : {std::vector<std::string>(), std::vector{"rubbish"s}}) {
        request.lookup = [rubbish](const std::string&) { return rubbish; };
        CHECK_FALSE(exchange_http(request).body);
    }
    request.lookup = {};
    request.url = "http://no-such-host.invalid/";
    CHECK(exchange_http(request).trouble.find("the host no-such-host.invalid is not found") !=
          std::string::npos);
}

TEST_CASE("An address that never answers leaves the next one its time") {
    HttpServer server([](const std::string&) { return HttpServer::ok("got"); });
    // A queue that is full: who knocks hears nothing.
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(server.port()));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1);
    const FileDescriptor silent(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    REQUIRE(bind(silent.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    REQUIRE(listen(silent.get(), 0) == 0);
    std::vector<FileDescriptor> waiting;
    for (int i = 0; i < 4; ++i) {
        waiting.emplace_back(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
        (void)connect(waiting.back().get(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
    }
    HttpRequest request;
    request.limit = 1000;
    request.timeout = std::chrono::seconds(6);
    request.url = "http://tsa.example:" + std::to_string(server.port()) + "/";
    request.lookup = [](const std::string&) { return std::vector{"127.0.0.2"s, "127.0.0.1"s}; };
    const auto answer = exchange_http(request);
    CAPTURE(answer.trouble);
    CHECK(answer.body == cms::Bytes{'g', 'o', 't'});
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
    CHECK(get(server.url("/s"))
              .trouble.ends_with("it is redirected to https://127.0.0.1/, which is no http URL"));
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
    unsetenv("no_proxy");
    for (const char* exempt : {"example.org,CRL.Example ,10.0.0.1", ".EXAMPLE", "crl.example  ", "*"}) {
        CAPTURE(exempt);
        for (const char* name : {"no_proxy", "NO_PROXY"}) {
            setenv(name, exempt, 1);
            CHECK_FALSE(proxy_for(*parse_http_url("http://Crl.example/a")));
            unsetenv(name);
        }
    }
    setenv("NO_PROXY", "*", 1);
    setenv("no_proxy", "example.org", 1);
    CHECK(proxy_for(*parse_http_url("http://crl.example/a")));
    unsetenv("no_proxy");
    unsetenv("NO_PROXY");
    setenv("http_proxy", "socks5://127.0.0.1/", 1);
    CHECK_FALSE(get("http://crl.invalid/a").body);
    for (const char* with_password :
         {"http://somebody:sesame@127.0.0.1:1/", "somebody:sesame@127.0.0.1:1", "http://sesame@127.0.0.1"}) {
        setenv("http_proxy", with_password, 1);
        const auto trouble = get("http://crl.invalid/a").trouble;
        CHECK(trouble.ends_with(
            "$http_proxy has user information, and proxies that ask for it are not supported"));
        CHECK(trouble.find("sesame") == std::string::npos);
    }
    unsetenv("http_proxy");
}
