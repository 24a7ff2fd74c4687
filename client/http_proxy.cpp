#include "client/http_proxy.h"

#include <algorithm>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <string_view>

namespace signet::client {

namespace {

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

}  // namespace

std::optional<HttpUrl> proxy_for(const HttpUrl& url) {
    // $HTTP_PROXY may be a web client's word (CVE-2016-5385).
    const char* const name = url.is_https ? "https_proxy" : "http_proxy";
    std::string proxy = environment(name);
    if (proxy.empty() && url.is_https)
        proxy = environment("HTTPS_PROXY");
    if (proxy.empty() || is_exempt(url.host, environment("no_proxy")))
        return std::nullopt;
    auto parsed = parse_http_url(proxy.find("://") == std::string::npos ? "http://" + proxy : proxy);
    if (!parsed || parsed->is_https)
        throw std::runtime_error("$" + std::string(name) + " is no http URL");
    return parsed;
}

}  // namespace signet::client
