// One request to a web server: for what certificates point to, http alone, since what is fetched is signed;
// for other services also https.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>

#include "client/name_lookup.h"
#include "cms/bytes.h"

namespace signet::client {

/// How long one request may take, if nothing else is said.
inline constexpr std::chrono::milliseconds max_exchange_time = std::chrono::seconds(10);

struct HttpRequest {
    std::string url;
    /// Sent by POST if there is a content type, else GET.
    std::string content_type;
    cms::BytesView body;
    /// Bytes of the answer's body, at most.
    std::size_t limit = 0;
    /// Whether `url`, and where it is redirected to, may be https.
    bool https = false;
    /// For all of it, redirections and the search for the host included.
    std::chrono::milliseconds timeout = max_exchange_time;
    /// In the system's place, for tests.
    NameLookup lookup{};
};

struct HttpAnswer {
    std::optional<cms::Bytes> body;
    /// Why there is none; a clause for people that names the URL.
    std::string trouble;
    /// How long it took.
    std::chrono::milliseconds took{};
};

/// Follows three redirections at most, never from https to http. Goes through the proxy that proxy_for()
/// finds, and over TLS as tls_context() says. Any status but 200 is no answer. Throws nothing but
/// std::bad_alloc.
[[nodiscard]] HttpAnswer exchange_http(const HttpRequest& request);

}  // namespace signet::client
