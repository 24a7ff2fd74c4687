#include "client/http_exchange.h"

// Boost 1.74's coroutines need it before them.
#include <utility>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>

#include <cstdlib>
#include <exception>
#include <stdexcept>

#include "client/http_url.h"

namespace signet::client {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;

constexpr int max_redirections = 3;
constexpr std::uint32_t max_header = 16 * 1024;

using Response = http::response<http::vector_body<std::uint8_t>>;

std::string environment(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? "" : value;
}

/// "example.org" names itself and all below it; "*" all.
bool is_exempt(const std::string& host, std::string_view list) {
    while (!list.empty()) {
        const std::size_t comma = std::min(list.find(','), list.size());
        std::string_view name = list.substr(0, comma);
        list.remove_prefix(std::min(comma + 1, list.size()));
        while (name.starts_with(' ') || name.starts_with('.'))
            name.remove_prefix(1);
        if (name == "*" || (!name.empty() && (host == name || host.ends_with("." + std::string(name)))))
            return true;
    }
    return false;
}

/// The proxy for `url`; none without. Throws std::runtime_error if it cannot be understood: going without is
/// not what was wanted.
std::optional<HttpUrl> proxy_for(const HttpUrl& url) {
    const std::string proxy = environment("http_proxy");
    if (proxy.empty() || is_exempt(url.host, environment("no_proxy")))
        return std::nullopt;
    auto parsed = parse_http_url(proxy.find("://") == std::string::npos ? "http://" + proxy : proxy);
    if (!parsed)
        throw std::runtime_error("$http_proxy is no http URL");
    return parsed;
}

asio::awaitable<Response> send_one(const HttpUrl& url, const HttpRequest& request) {
    const auto executor = co_await asio::this_coro::executor;
    const std::optional<HttpUrl> proxy = proxy_for(url);
    const HttpUrl& peer = proxy ? *proxy : url;
    asio::ip::tcp::resolver resolver(executor);
    const auto endpoints = co_await resolver.async_resolve(peer.host, peer.port, asio::use_awaitable);
    beast::tcp_stream stream(executor);
    co_await stream.async_connect(endpoints, asio::use_awaitable);
    http::request<http::vector_body<std::uint8_t>> message(
        request.content_type.empty() ? http::verb::get : http::verb::post, proxy ? url.text() : url.target,
        11);
    message.set(http::field::host, url.authority());
    message.set(http::field::user_agent, "signet");
    message.set(http::field::connection, "close");
    if (!request.content_type.empty()) {
        message.set(http::field::content_type, request.content_type);
        message.body().assign(request.body.begin(), request.body.end());
        message.prepare_payload();
    }
    co_await http::async_write(stream, message, asio::use_awaitable);
    beast::flat_buffer buffer(std::size_t{64} * 1024);
    http::response_parser<http::vector_body<std::uint8_t>> parser;
    parser.header_limit(max_header);
    parser.body_limit(request.limit);
    co_await http::async_read_header(stream, buffer, parser, asio::use_awaitable);
    // Boost 1.74 takes a body that arrived with the header as it is.
    if (parser.content_length().value_or(0) > request.limit)
        throw std::runtime_error("it is larger than " + std::to_string(request.limit) + " bytes");
    co_await http::async_read(stream, buffer, parser, asio::use_awaitable);
    if (parser.get().body().size() > request.limit)
        throw std::runtime_error("it is larger than " + std::to_string(request.limit) + " bytes");
    co_return parser.release();
}

bool is_redirection(unsigned status, bool is_post) {
    // The others would turn a POST into a GET.
    return status == 307 || status == 308 || (!is_post && (status == 301 || status == 302 || status == 303));
}

asio::awaitable<cms::Bytes> follow(const HttpRequest& request) {
    auto url = parse_http_url(request.url);
    for (int redirections = 0; url; ++redirections) {
        Response response = co_await send_one(*url, request);
        if (response.result() == http::status::ok)
            co_return std::move(response.body());
        if (!is_redirection(response.result_int(), !request.content_type.empty()))
            throw std::runtime_error("the server answers " + std::to_string(response.result_int()));
        if (redirections == max_redirections)
            throw std::runtime_error("it is redirected too often");
        const auto location = response[http::field::location];
        url = redirected(*url, {location.data(), location.size()});
    }
    throw std::runtime_error("it is no http URL");
}

}  // namespace

HttpAnswer exchange_http(const HttpRequest& request) {
    HttpAnswer answer;
    std::string why = "no answer in time";
    try {
        asio::io_context context(1);
        asio::co_spawn(context, follow(request), [&](const std::exception_ptr& failure, cms::Bytes body) {
            if (!failure) {
                answer.body = std::move(body);
                return;
            }
            try {
                std::rethrow_exception(failure);
            } catch (const std::exception& error) {
                why = error.what();
            }
        });
        context.run_for(request.timeout);
    } catch (const std::exception& error) {
        why = error.what();
    }
    if (!answer.body)
        answer.trouble = request.url + " cannot be fetched: " + why;
    return answer;
}

}  // namespace signet::client
