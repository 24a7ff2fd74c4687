#include "agent/hosts.h"

#include <spdlog/spdlog.h>

#include <algorithm>

namespace signet::agent {

namespace {

constexpr auto refresh_pause = std::chrono::seconds{1};
/// A host that takes longer than this hangs, or is slow: the others' clients do not wait for it.
constexpr auto refresh_limit = std::chrono::seconds{5};

bool same(const ModuleConfig& a, const ModuleConfig& b) {
    return a.name == b.name && a.path == b.path && a.environment == b.environment &&
           a.init_args == b.init_args && a.sessions == b.sessions &&
           a.operation_timeout == b.operation_timeout;
}

}  // namespace

Hosts::Hosts(asio::io_context& loop, std::string program)
    : m_loop(loop), m_program(std::move(program)), m_refreshed(loop) {}

void Hosts::configure(const std::vector<ModuleConfig>& modules) {
    std::vector<std::shared_ptr<Host>> kept;
    for (const auto& module : modules) {
        const auto known = std::find_if(m_hosts.begin(), m_hosts.end(), [&](const auto& host) {
            return host->state() != Host::State::unloadable && same(host->config(), module);
        });
        if (known != m_hosts.end()) {
            kept.push_back(*known);
        } else {
            kept.push_back(std::make_shared<Host>(
                m_loop, module, m_program, [this] { rebuild_catalogue(); },
                [this](const pin::TokenId& token) { m_removed(token); }));
            kept.back()->start();
        }
    }
    auto before = std::exchange(m_hosts, std::move(kept));
    for (const auto& host : before) {
        if (std::find(m_hosts.begin(), m_hosts.end(), host) == m_hosts.end())
            host->end();
    }
    rebuild_catalogue();
}

void Hosts::end_all() {
    for (const auto& host : std::exchange(m_hosts, {}))
        host->end();
    rebuild_catalogue();
}

asio::awaitable<void> Hosts::wait_settled(Clock::time_point deadline) {
    const auto hosts = m_hosts;
    for (const auto& host : hosts)
        co_await host->wait_settled(deadline);
}

asio::awaitable<void> Hosts::scan_one(std::shared_ptr<Host> host) {
    co_await host->scan(std::nullopt);
}

asio::awaitable<void> Hosts::refresh() {
    if (m_last_refresh == Clock::time_point::min() || Clock::now() - m_last_refresh >= refresh_pause)
        begin_refresh();
    for (auto deadline = refresh_deadline(); deadline; deadline = refresh_deadline())
        co_await m_refreshed.wait_until(*deadline);
}

void Hosts::begin_refresh() {
    m_last_refresh = Clock::now();
    for (const auto& host : m_hosts) {
        if (!host->is_ready() || !m_refreshing.emplace(host, m_last_refresh).second)
            continue;
        asio::co_spawn(m_loop, scan_one(host), [this, host](const std::exception_ptr&) {
            m_refreshing.erase(host);
            m_refreshed.notify_all();
        });
    }
}

std::optional<Clock::time_point> Hosts::refresh_deadline() const {
    std::optional<Clock::time_point> last;
    for (const auto& [host, began] : m_refreshing) {
        const auto deadline = began + refresh_limit;
        if (deadline > Clock::now() && (!last || deadline > *last))
            last = deadline;
    }
    return last;
}

void Hosts::drop(ClientId client) {
    for (const auto& host : m_hosts)
        host->drop(client);
}

void Hosts::rebuild_catalogue() {
    std::vector<std::shared_ptr<TokenState>> tokens;
    for (const auto& host : m_hosts) {
        for (const auto& [slot, token] : host->tokens())
            tokens.push_back(token);
    }
    m_catalogue.rebuild(std::move(tokens));
}

}  // namespace signet::agent
