#include "client/revocation_network.h"

#include <algorithm>

namespace signet::client {

namespace {

constexpr int max_failures = 4;
// Who answers slowly, and nothing of use, has not failed.
constexpr std::chrono::milliseconds max_time = max_failures * max_exchange_time;

}  // namespace

cms::RevocationTransport::Answer RevocationNetwork::exchange(const std::string& url,
                                                             const std::string& content_type,
                                                             cms::BytesView body, std::size_t limit) {
    if (m_offline)
        return {std::nullopt, "what is kept does not tell, and nothing is fetched (--offline)"};
    if (m_failures >= max_failures)
        return {std::nullopt, "too many servers did not answer"};
    if (m_took >= max_time)
        return {std::nullopt, "the servers take too long"};
    HttpRequest request;
    request.url = url;
    request.content_type = content_type;
    request.body = body;
    request.limit = limit;
    request.timeout = std::min(request.timeout, max_time - m_took);
    HttpAnswer answer = m_exchange(request);
    m_took += answer.took;
    if (!answer.body)
        ++m_failures;
    return {std::move(answer.body), std::move(answer.trouble)};
}

cms::RevocationTransport::Answer RevocationNetwork::get(const std::string& url, std::size_t limit) {
    return exchange(url, "", {}, limit);
}

cms::RevocationTransport::Answer RevocationNetwork::ask(const std::string& url, cms::BytesView request,
                                                        std::size_t limit) {
    return exchange(url, "application/ocsp-request", request, limit);
}

std::optional<cms::Bytes> RevocationNetwork::kept(const std::string& key, std::size_t limit) {
    return m_cache.read(key, limit);
}

void RevocationNetwork::keep(const std::string& key, cms::BytesView value) {
    m_cache.write(key, value);
}

}  // namespace signet::client
