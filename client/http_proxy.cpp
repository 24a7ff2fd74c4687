#include "client/http_proxy.h"

#include <algorithm>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace signet::client {

namespace {

std::string environment(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? "" : value;
}

/// Host names compare so (RFC 9110 section 4.2.3).
std::string lower_case(std::string text) {
    for (char& c : text)
        if (c >= 'A' && c <= 'Z')
            c = static_cast<char>(c - 'A' + 'a');
    return text;
}

/// Both in lower case. "example.org" names itself and all below it; "*" all.
bool is_exempt(const std::string& host, std::string_view list) {
    while (!list.empty()) {
        const std::size_t comma = std::min(list.find(','), list.size());
        std::string_view name = list.substr(0, comma);
        list.remove_prefix(std::min(comma + 1, list.size()));
        while (name.starts_with(' ') || name.starts_with('.'))
            name.remove_prefix(1);
        while (name.ends_with(' '))
            name.remove_suffix(1);
        if (name == "*" || (!name.empty() && (host == name || host.ends_with("." + std::string(name)))))
            return true;
    }
    return false;
}

}  // namespace

std::optional<HttpUrl> proxy_for(const HttpUrl& url) {
    // $HTTP_PROXY may be a web client's word (CVE-2016-5385).
    const char* name = url.is_https ? "https_proxy" : "http_proxy";
    std::string proxy = environment(name);
    if (proxy.empty() && url.is_https) {
        name = "HTTPS_PROXY";
        proxy = environment(name);
    }
    std::string exempt = environment("no_proxy");
    if (exempt.empty())
        exempt = environment("NO_PROXY");
    if (proxy.empty() || is_exempt(lower_case(url.host), lower_case(std::move(exempt))))
        return std::nullopt;
    if (proxy.find("://") == std::string::npos)
        proxy.insert(0, "http://");
    auto parsed = parse_http_url(proxy);
    if (has_user_information(proxy))
        throw std::runtime_error("$" + std::string(name) +
                                 " has user information, and proxies that ask for it are not supported");
    if (!parsed || parsed->is_https)
        throw std::runtime_error("$" + std::string(name) + " is no http URL");
    return parsed;
}

}  // namespace signet::client
