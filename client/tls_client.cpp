#include "client/tls_client.h"

#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

#include <boost/asio/ip/address.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <stdexcept>

namespace signet::client {

namespace {

namespace asio = boost::asio;

void expect_host(SSL& ssl, const std::string& host) {
    boost::system::error_code no_address;
    (void)asio::ip::make_address(host, no_address);
    // RFC 6066 section 3: an address is no server name.
    const bool done = no_address ? SSL_set_tlsext_host_name(&ssl, host.c_str()) == 1 &&
                                       SSL_set1_host(&ssl, host.c_str()) == 1
                                 : X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(&ssl), host.c_str()) == 1;
    if (!done)
        throw std::runtime_error("the name " + host + " cannot be asked for over TLS");
    SSL_set_hostflags(&ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
}

}  // namespace

asio::ssl::context tls_context() {
    asio::ssl::context context(asio::ssl::context::tls_client);
    if (SSL_CTX_set_min_proto_version(context.native_handle(), TLS1_2_VERSION) != 1)
        throw std::runtime_error("TLS 1.2 is not to be had");
    context.set_default_verify_paths();
    context.set_verify_mode(asio::ssl::verify_peer);
    return context;
}

asio::awaitable<void> shake_hands(TlsStream& stream, const std::string& host) {
    expect_host(*stream.native_handle(), host);
    boost::system::error_code failed;
    co_await stream.async_handshake(asio::ssl::stream_base::client,
                                    asio::redirect_error(asio::use_awaitable, failed));
    const long verdict = SSL_get_verify_result(stream.native_handle());
    if (failed && verdict != X509_V_OK)
        throw std::runtime_error(std::string("the server's certificate does not hold: ") +
                                 X509_verify_cert_error_string(verdict));
    if (failed)
        throw std::runtime_error("there is no TLS with the server: " + failed.message());
}

}  // namespace signet::client
