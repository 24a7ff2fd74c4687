// One request to a web server, for what certificates point to. http alone: what is fetched is signed.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>

#include "cms/bytes.h"

namespace signet::client {

struct HttpRequest {
    std::string url;
    /// Sent by POST if there is a content type, else GET.
    std::string content_type;
    cms::BytesView body;
    /// Bytes of the answer's body, at most.
    std::size_t limit = 0;
    /// For all of it, redirections included; only the system's resolver may take longer.
    std::chrono::milliseconds timeout = std::chrono::seconds(10);
};

struct HttpAnswer {
    std::optional<cms::Bytes> body;
    /// Why there is none; a clause for people that names the URL.
    std::string trouble;
};

/// Follows three redirections at most, to http alone. Goes through the proxy of $http_proxy unless $no_proxy
/// names the host. Any status but 200 is no answer. Throws nothing but std::bad_alloc.
[[nodiscard]] HttpAnswer exchange_http(const HttpRequest& request);

}  // namespace signet::client
