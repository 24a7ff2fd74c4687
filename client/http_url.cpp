#include "client/http_url.h"

#include <algorithm>

namespace signet::client {

namespace {

constexpr std::size_t max_url_length = 2048;
constexpr std::size_t max_host_length = 255;
constexpr unsigned max_port = 65535;

constexpr std::string_view scheme_of(bool is_https) {
    return is_https ? "https://" : "http://";
}

constexpr std::string_view default_port(bool is_https) {
    return is_https ? "443" : "80";
}

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

bool is_of_host(char c) {
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '.' ||
           c == '_';
}

bool is_of_address(char c) {
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') || c == ':' || c == '.';
}

bool is_printable(char c) {
    return c > ' ' && c < '\x7f';
}

bool is_port(std::string_view port) {
    if (port.empty() || port.size() > 5 || !std::all_of(port.begin(), port.end(), is_digit))
        return false;
    unsigned number = 0;
    for (const char digit : port)
        number = number * 10 + static_cast<unsigned>(digit - '0');
    return number > 0 && number <= max_port;
}

bool has_prefix_ignoring_case(std::string_view text, std::string_view prefix) {
    return text.size() >= prefix.size() &&
           std::equal(prefix.begin(), prefix.end(), text.begin(), [](char expected, char c) {
               return expected == (c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c);
           });
}

/// As a URL has it: what has a colon is an IPv6 address.
std::string in_brackets(const std::string& host) {
    return host.find(':') == std::string::npos ? host : "[" + host + "]";
}

}  // namespace

std::string HttpUrl::authority() const {
    return port == default_port(is_https) ? in_brackets(host) : tunnel_authority();
}

std::string HttpUrl::tunnel_authority() const {
    return in_brackets(host) + ":" + port;
}

std::string HttpUrl::text() const {
    return std::string(scheme_of(is_https)) + authority() + target;
}

std::optional<HttpUrl> parse_http_url(std::string_view url) {
    HttpUrl parsed;
    parsed.is_https = has_prefix_ignoring_case(url, scheme_of(true));
    const std::string_view scheme = scheme_of(parsed.is_https);
    if (url.size() > max_url_length || !has_prefix_ignoring_case(url, scheme) ||
        !std::all_of(url.begin(), url.end(), is_printable))
        return std::nullopt;
    url.remove_prefix(scheme.size());
    url = url.substr(0, url.find('#'));
    const std::size_t end = std::min(url.find_first_of("/?"), url.size());
    std::string_view authority = url.substr(0, end);
    parsed.target = url.substr(end);
    if (parsed.target.empty() || parsed.target.front() == '?')
        parsed.target.insert(0, "/");
    const bool is_address = authority.starts_with('[');
    const std::size_t host_end =
        is_address ? authority.find(']') : std::min(authority.find(':'), authority.size());
    if (host_end == std::string_view::npos)
        return std::nullopt;
    parsed.host = is_address ? authority.substr(1, host_end - 1) : authority.substr(0, host_end);
    authority.remove_prefix(host_end + (is_address ? 1 : 0));
    parsed.port = authority.empty() ? default_port(parsed.is_https) : authority.substr(1);
    const bool host_is_good =
        !parsed.host.empty() && parsed.host.size() <= max_host_length &&
        std::all_of(parsed.host.begin(), parsed.host.end(), is_address ? is_of_address : is_of_host);
    if (!host_is_good || (!authority.empty() && authority.front() != ':') || !is_port(parsed.port))
        return std::nullopt;
    return parsed;
}

bool has_user_information(std::string_view url) {
    const std::size_t scheme_end = url.find("://");
    if (scheme_end != std::string_view::npos)
        url.remove_prefix(scheme_end + 3);
    return url.substr(0, url.find_first_of("/?#")).find('@') != std::string_view::npos;
}

std::string without_user_information(std::string_view url) {
    // A password may hold the characters that end an authority.
    const std::size_t last = url.rfind('@');
    if (last == std::string_view::npos || parse_http_url(url))
        return std::string(url);
    const std::size_t scheme_end = url.find(':');
    const bool has_scheme = url.substr(std::min(scheme_end, url.size())).starts_with("://");
    return std::string(url.substr(0, has_scheme ? scheme_end + 3 : 0)) + "..." +
           std::string(url.substr(last));
}

std::optional<HttpUrl> redirected(const HttpUrl& base, std::string_view location) {
    // RFC 3986 section 4.2.
    if (location.starts_with("//"))
        return parse_http_url((base.is_https ? "https:" : "http:") + std::string(location));
    if (location.starts_with('/'))
        return parse_http_url(std::string(scheme_of(base.is_https)) + base.authority() +
                              std::string(location));
    return parse_http_url(location);
}

}  // namespace signet::client
