// URLs of http (RFC 9110 section 4.2.1), as certificates and services name them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace signet::client {

struct HttpUrl {
    /// Without the brackets of an IPv6 address.
    std::string host;
    /// "80" if none is named.
    std::string port;
    /// Path and query, at least "/".
    std::string target;

    /// "http://host:port/target".
    [[nodiscard]] std::string text() const;
    /// "host" or "host:port", as the field Host has it.
    [[nodiscard]] std::string authority() const;
};

/// None for another scheme, user information, or a character that has no place
/// in a URL. A fragment is dropped.
[[nodiscard]] std::optional<HttpUrl> parse_http_url(std::string_view url);

/// Where a redirection from `base` to `location` leads; none if not to http.
[[nodiscard]] std::optional<HttpUrl> redirected(const HttpUrl& base, std::string_view location);

}  // namespace signet::client
