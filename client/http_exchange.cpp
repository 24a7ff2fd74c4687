#include "client/http_exchange.h"

// Boost 1.74's coroutines need it before them.
#include <utility>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>

#include <charconv>
#include <chrono>
#include <cstdint>
#include <exception>
#include <memory>
#include <stdexcept>
#include <vector>

#include "client/http_proxy.h"
#include "client/http_url.h"
#include "client/tls_client.h"

namespace signet::client {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using asio::ip::tcp;

constexpr int max_redirections = 3;
constexpr std::uint32_t max_header = 16 * 1024;
constexpr std::size_t max_buffer = std::size_t{64} * 1024;

using Request = http::request<http::vector_body<std::uint8_t>>;
using Response = http::response<http::vector_body<std::uint8_t>>;

asio::awaitable<std::vector<std::string>> addresses_of(const std::string& host, const NameLookup& lookup) {
    boost::system::error_code no_address;
    (void)asio::ip::make_address(host, no_address);
    if (!no_address)
        co_return std::vector<std::string>{host};
    const PendingLookup pending(lookup ? lookup : look_up_name, host);
    asio::posix::stream_descriptor ended(co_await asio::this_coro::executor, pending.ended_descriptor());
    co_await ended.async_wait(asio::posix::stream_descriptor::wait_read, asio::use_awaitable);
    co_return pending.addresses();
}

/// Whether it is connected within `timeout`; `error` is why not.
asio::awaitable<bool> connect_to(tcp::socket& socket, const tcp::endpoint& endpoint,
                                 std::chrono::milliseconds timeout, boost::system::error_code& error) {
    asio::steady_timer timer(socket.get_executor(), timeout);
    // The timer's handler may be under way when the connection is there.
    const auto waits = std::make_shared<bool>(true);
    timer.async_wait([waits, &socket](const boost::system::error_code& ended) {
        if (!ended && *waits)
            socket.close();
    });
    co_await socket.async_connect(endpoint, asio::redirect_error(asio::use_awaitable, error));
    *waits = false;
    if (error)
        socket.close();
    co_return !error;
}

/// To the first address that answers. One that says nothing leaves the others, and what follows, their time.
asio::awaitable<void> connect(tcp::socket& socket, const HttpUrl& peer, const HttpRequest& request) {
    unsigned short port = 0;
    std::from_chars(peer.port.data(), peer.port.data() + peer.port.size(), port);
    std::vector<tcp::endpoint> endpoints;
    for (const std::string& address : co_await addresses_of(peer.host, request.lookup))
        endpoints.emplace_back(asio::ip::make_address(address), port);
    const auto shares = endpoints.size() == 1 ? 1 : static_cast<std::int64_t>(endpoints.size()) + 1;
    const std::chrono::milliseconds share = request.timeout / shares;
    boost::system::error_code error = asio::error::not_found;
    for (const tcp::endpoint& endpoint : endpoints)
        if (co_await connect_to(socket, endpoint, share, error))
            co_return;
    throw boost::system::system_error(error);
}

/// A way through `proxy` to the server of `url` (RFC 9110 section 9.3.6).
asio::awaitable<void> open_tunnel(tcp::socket& socket, const HttpUrl& url) {
    http::request<http::empty_body> message(http::verb::connect, url.tunnel_authority(), 11);
    message.set(http::field::host, url.tunnel_authority());
    message.set(http::field::user_agent, "signet");
    co_await http::async_write(socket, message, asio::use_awaitable);
    beast::flat_buffer buffer(max_buffer);
    http::response_parser<http::empty_body> parser;
    parser.header_limit(max_header);
    parser.skip(true);
    co_await http::async_read_header(socket, buffer, parser, asio::use_awaitable);
    if (http::to_status_class(parser.get().result()) != http::status_class::successful)
        throw std::runtime_error("the proxy answers " + std::to_string(parser.get().result_int()));
    // A server of TLS does not speak first.
    if (buffer.size() != 0)
        throw std::runtime_error("the proxy answers more than it was asked");
}

Request message_of(const HttpUrl& url, const HttpRequest& request, const std::string& target) {
    Request message(request.content_type.empty() ? http::verb::get : http::verb::post, target, 11);
    message.set(http::field::host, url.authority());
    message.set(http::field::user_agent, "signet");
    message.set(http::field::connection, "close");
    if (!request.content_type.empty()) {
        message.set(http::field::content_type, request.content_type);
        message.body().assign(request.body.begin(), request.body.end());
        message.prepare_payload();
    }
    return message;
}

template <typename Stream>
asio::awaitable<Response> exchange_on(Stream& stream, const Request& message, std::size_t limit) {
    co_await http::async_write(stream, message, asio::use_awaitable);
    beast::flat_buffer buffer(max_buffer);
    http::response_parser<http::vector_body<std::uint8_t>> parser;
    parser.header_limit(max_header);
    parser.body_limit(limit);
    co_await http::async_read_header(stream, buffer, parser, asio::use_awaitable);
    // Boost 1.74 takes a body that arrived with the header as it is.
    if (parser.content_length().value_or(0) > limit)
        throw std::runtime_error("it is larger than " + std::to_string(limit) + " bytes");
    co_await http::async_read(stream, buffer, parser, asio::use_awaitable);
    if (parser.get().body().size() > limit)
        throw std::runtime_error("it is larger than " + std::to_string(limit) + " bytes");
    co_return parser.release();
}

asio::awaitable<Response> send_one(const HttpUrl& url, const HttpRequest& request) {
    const std::optional<HttpUrl> proxy = proxy_for(url);
    tcp::socket socket(co_await asio::this_coro::executor);
    co_await connect(socket, proxy ? *proxy : url, request);
    if (!url.is_https) {
        const Request message = message_of(url, request, proxy ? url.text() : url.target);
        co_return co_await exchange_on(socket, message, request.limit);
    }
    if (proxy)
        co_await open_tunnel(socket, url);
    auto context = tls_context();
    TlsStream stream(socket, context);
    co_await shake_hands(stream, url.host);
    const Request message = message_of(url, request, url.target);
    co_return co_await exchange_on(stream, message, request.limit);
}

bool is_redirection(unsigned status, bool is_post) {
    // The others would turn a POST into a GET.
    return status == 307 || status == 308 || (!is_post && (status == 301 || status == 302 || status == 303));
}

[[noreturn]] void refuse_url(const std::string& redirected_to, bool https) {
    const std::string kind = https ? "http or https URL" : "http URL";
    throw std::runtime_error(redirected_to.empty()
                                 ? "it is no " + kind
                                 : "it is redirected to " + without_user_information(redirected_to) +
                                       ", which is no " + kind);
}

asio::awaitable<cms::Bytes> follow(const HttpRequest& request) {
    auto url = parse_http_url(request.url);
    bool was_https = false;
    std::string redirected_to;
    for (int redirections = 0; url && (!url->is_https || request.https); ++redirections) {
        if (was_https && !url->is_https)
            throw std::runtime_error("it is redirected from https to http");
        was_https = url->is_https;
        Response response = co_await send_one(*url, request);
        if (response.result() == http::status::ok)
            co_return std::move(response.body());
        if (!is_redirection(response.result_int(), !request.content_type.empty()))
            throw std::runtime_error("the server answers " + std::to_string(response.result_int()));
        if (redirections == max_redirections)
            throw std::runtime_error("it is redirected too often");
        const auto location = response[http::field::location];
        redirected_to = {location.data(), location.size()};
        url = redirected(*url, redirected_to);
    }
    refuse_url(redirected_to, request.https);
}

}  // namespace

HttpAnswer exchange_http(const HttpRequest& request) {
    HttpAnswer answer;
    std::string why = "no answer in time";
    const auto begun = std::chrono::steady_clock::now();
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
    answer.took =
        std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begun);
    if (!answer.body)
        answer.trouble = without_user_information(request.url) + " cannot be fetched: " + why;
    return answer;
}

}  // namespace signet::client
