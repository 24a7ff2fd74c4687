// TLS to a web server.
#pragma once

#include <string>

// Boost 1.74's coroutines need it before them.
#include <utility>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>

namespace signet::client {

using TlsStream = boost::asio::ssl::stream<boost::asio::ip::tcp::socket&>;

/// TLS 1.2 and later. The server's certificate must lead to one that the system trusts for the web
/// ($SSL_CERT_FILE and $SSL_CERT_DIR, else OpenSSL's own folder). Throws boost::system::system_error.
[[nodiscard]] boost::asio::ssl::context tls_context();

/// The handshake with `host`, a name or an address, which the certificate must be for (RFC 6125). Throws
/// std::runtime_error that says why not.
[[nodiscard]] boost::asio::awaitable<void> shake_hands(TlsStream& stream, const std::string& host);

}  // namespace signet::client
