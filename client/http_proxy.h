// Through which proxy a web server is reached.
#pragma once

#include <optional>

#include "client/http_url.h"

namespace signet::client {

/// The proxy of $http_proxy, for https of $https_proxy or $HTTPS_PROXY; none without, or if $no_proxy or else
/// $NO_PROXY names the host. It is spoken to over http. Throws std::runtime_error if it cannot be understood:
/// going without is not what was wanted.
[[nodiscard]] std::optional<HttpUrl> proxy_for(const HttpUrl& url);

}  // namespace signet::client
