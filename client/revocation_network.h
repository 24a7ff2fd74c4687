// Where a verification gets CRLs and OCSP responses from: the network, and a cache in files.
#pragma once

#include <chrono>
#include <functional>

#include "client/http_exchange.h"
#include "client/revocation_cache.h"
#include "cms/revocation_transport.h"

namespace signet::client {

class RevocationNetwork final : public cms::RevocationTransport {
  public:
    using Exchange = std::function<HttpAnswer(const HttpRequest&)>;

    /// `offline`: only the cache is looked at. Four servers are asked in vain at most, and all of them
    /// together may take as long as four requests may, whatever they answer. `exchange` is exchange_http but
    /// for tests.
    RevocationNetwork(RevocationCache cache, bool offline, Exchange exchange = exchange_http)
        : m_cache(std::move(cache)), m_offline(offline), m_exchange(std::move(exchange)) {}

    Answer get(const std::string& url, std::size_t limit) override;
    Answer ask(const std::string& url, cms::BytesView request, std::size_t limit) override;
    std::optional<cms::Bytes> kept(const std::string& key, std::size_t limit) override;
    void keep(const std::string& key, cms::BytesView value) override;

  private:
    Answer exchange(const std::string& url, const std::string& content_type, cms::BytesView body,
                    std::size_t limit);

    RevocationCache m_cache;
    bool m_offline;
    Exchange m_exchange;
    int m_failures = 0;
    std::chrono::milliseconds m_took{};
};

}  // namespace signet::client
