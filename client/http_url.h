// URLs of http and https (RFC 9110 sections 4.2.1 and 4.2.2), as certificates and services name them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace signet::client {

struct HttpUrl {
    bool is_https = false;
    /// Without the brackets of an IPv6 address.
    std::string host;
    /// 1 to 65535; "80" or "443" if none is named.
    std::string port;
    /// Path and query, at least "/".
    std::string target;

    /// "http://host:port/target", or https.
    [[nodiscard]] std::string text() const;
    /// "host" or "host:port", as the field Host has it.
    [[nodiscard]] std::string authority() const;
    /// "host:port", as CONNECT has it (RFC 9110 section 9.3.6).
    [[nodiscard]] std::string tunnel_authority() const;
};

/// None for another scheme, user information, or a character that has no place
/// in a URL. A fragment is dropped.
[[nodiscard]] std::optional<HttpUrl> parse_http_url(std::string_view url);

/// Whether a URL of any scheme names somebody, and mostly a password, before its host (RFC 3986
/// section 3.2.1).
[[nodiscard]] bool has_user_information(std::string_view url);

/// `url`, whatever it is, as a message may show it: one that parse_http_url() does not take loses all before
/// its last '@', which may be a password.
[[nodiscard]] std::string without_user_information(std::string_view url);

/// Where a redirection from `base` to `location` leads; none if to neither http nor https.
[[nodiscard]] std::optional<HttpUrl> redirected(const HttpUrl& base, std::string_view location);

}  // namespace signet::client
