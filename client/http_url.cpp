#include "client/http_url.h"

#include <algorithm>

namespace signet::client {

namespace {

constexpr std::size_t max_url_length = 2048;
constexpr std::size_t max_host_length = 255;
constexpr std::string_view scheme = "http://";
constexpr std::string_view default_port = "80";

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
    return !port.empty() && port.size() <= 5 && std::all_of(port.begin(), port.end(), is_digit);
}

bool has_prefix_ignoring_case(std::string_view text, std::string_view prefix) {
    return text.size() >= prefix.size() &&
           std::equal(prefix.begin(), prefix.end(), text.begin(), [](char expected, char c) {
               return expected == (c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c);
           });
}

}  // namespace

std::string HttpUrl::authority() const {
    const std::string name = host.find(':') == std::string::npos ? host : "[" + host + "]";
    return port == default_port ? name : name + ":" + port;
}

std::string HttpUrl::text() const {
    return std::string(scheme) + authority() + target;
}

std::optional<HttpUrl> parse_http_url(std::string_view url) {
    if (url.size() > max_url_length || !has_prefix_ignoring_case(url, scheme) ||
        !std::all_of(url.begin(), url.end(), is_printable))
        return std::nullopt;
    url.remove_prefix(scheme.size());
    url = url.substr(0, url.find('#'));
    const std::size_t end = std::min(url.find_first_of("/?"), url.size());
    std::string_view authority = url.substr(0, end);
    HttpUrl parsed;
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
    parsed.port = authority.empty() ? default_port : authority.substr(1);
    const bool host_is_good =
        !parsed.host.empty() && parsed.host.size() <= max_host_length &&
        std::all_of(parsed.host.begin(), parsed.host.end(), is_address ? is_of_address : is_of_host);
    if (!host_is_good || (!authority.empty() && authority.front() != ':') || !is_port(parsed.port))
        return std::nullopt;
    return parsed;
}

std::optional<HttpUrl> redirected(const HttpUrl& base, std::string_view location) {
    if (location.starts_with('/') && !location.starts_with("//"))
        return parse_http_url(std::string(scheme) + base.authority() + std::string(location));
    return parse_http_url(location);
}

}  // namespace signet::client
