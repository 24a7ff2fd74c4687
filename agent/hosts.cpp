#include "agent/hosts.h"
#include "agent/error.h"
#include "agent/spawn.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <set>

namespace signet::agent {

namespace {

/// A card that somebody has just put in shows in what they do next.
constexpr auto refresh_pause = std::chrono::milliseconds{200};
/// A host that takes longer than this hangs, or is slow: the others' clients do not wait for it.
constexpr auto refresh_limit = std::chrono::seconds{5};

/// Takes the host of `module` out of `hosts`: that of its name, else that of its path if no other module has
/// that host's name. Null if there is none, or none that can go on.
std::shared_ptr<Host> take_host_of(const ModuleConfig& module, const std::vector<ModuleConfig>& modules,
                                   std::vector<std::shared_ptr<Host>>& hosts) {
    auto place = std::find_if(hosts.begin(), hosts.end(), [&](const auto& host) {
        return host->goes_on() && host->config().name == module.name;
    });
    if (place == hosts.end())
        place = std::find_if(hosts.begin(), hosts.end(), [&](const auto& host) {
            return host->goes_on() && host->config().path == module.path &&
                   std::none_of(modules.begin(), modules.end(),
                                [&](const auto& other) { return other.name == host->config().name; });
        });
    if (place == hosts.end())
        return nullptr;
    auto host = std::move(*place);
    hosts.erase(place);
    return host;
}

std::vector<std::shared_ptr<TokenState>> tokens_of(const std::vector<std::shared_ptr<Host>>& hosts) {
    std::vector<std::shared_ptr<TokenState>> tokens;
    for (const auto& host : hosts) {
        for (const auto& [slot, token] : host->tokens())
            tokens.push_back(token);
    }
    return tokens;
}

}  // namespace

Hosts::Hosts(asio::io_context& loop, std::string program)
    : m_loop(loop), m_program(std::move(program)), m_refreshed(loop), m_rebuilt(loop) {}

void Hosts::configure(const std::vector<ModuleConfig>& modules, CertificateSource beside) {
    auto before = m_hosts;
    std::vector<std::shared_ptr<Host>> known;
    std::vector<std::shared_ptr<Host>> after;
    for (const auto& module : modules) {
        known.push_back(take_host_of(module, modules, before));
        after.push_back(known.back() ? known.back()
                                     : std::make_shared<Host>(
                                           m_loop, module, m_program, [this] { rebuild_catalogue(); },
                                           [this](const pin::TokenId& token, const std::string& name) {
                                               m_removed(token, name);
                                           }));
    }
    // From here on nothing fails.
    m_catalogue.look_beside(std::move(beside));
    m_hosts = std::move(after);
    for (std::size_t i = 0; i < m_hosts.size(); ++i) {
        if (known[i])
            known[i]->reconfigure(modules[i]);
        else
            m_hosts[i]->start();
    }
    std::erase_if(m_leaving, [](const auto& host) { return host->state() == Host::State::ended; });
    for (const auto& host : before) {
        m_leaving.push_back(host);
        host->leave();
    }
    rebuild_catalogue();
    std::set<std::string> names;
    for (const auto& module : modules)
        names.insert(module.name);
    m_catalogue.forget_absent_but(names);
}

void Hosts::end_all() {
    stop_waiting();
    for (const auto& host : std::exchange(m_hosts, {}))
        host->end();
    for (const auto& host : std::exchange(m_leaving, {}))
        host->end();
    rebuild_catalogue();
}

asio::awaitable<void> Hosts::wait_settled(Clock::time_point deadline) {
    const auto hosts = m_hosts;
    for (const auto& host : hosts)
        co_await host->wait_settled(deadline);
}

asio::awaitable<bool> Hosts::wait_any_ready(std::function<std::vector<std::shared_ptr<Host>>()> hosts,
                                            Clock::time_point deadline) {
    const auto is_ready = [](const auto& host) { return host->is_ready(); };
    const auto goes_on = [](const auto& host) { return host->goes_on(); };
    while (true) {
        const auto now = hosts();
        if (std::any_of(now.begin(), now.end(), is_ready))
            co_return true;
        if (std::none_of(now.begin(), now.end(), goes_on) || Clock::now() >= deadline)
            co_return false;
        co_await m_rebuilt.wait_until(deadline);
    }
}

asio::awaitable<void> Hosts::scan_one(std::shared_ptr<Host> host) {
    co_await host->scan(std::nullopt);
}

asio::awaitable<void> Hosts::refresh() {
    const auto asked = Clock::now();
    while (m_last_refresh < asked) {
        if (m_last_refresh == Clock::time_point::min() || Clock::now() - m_last_refresh >= refresh_pause)
            begin_refresh();
        else
            co_await m_refreshed.wait_until(m_last_refresh + refresh_pause);
    }
    const auto begun = m_refreshing;
    const auto starting = m_hosts;
    const auto settled = Clock::now() + refresh_limit;
    for (const auto& [host, since] : begun) {
        const auto deadline = since + refresh_limit;
        // One that is begun later is another.
        const auto under_way = [this, &which = host, began = since] {
            const auto place = m_refreshing.find(which);
            return place != m_refreshing.end() && place->second == began;
        };
        while (under_way() && Clock::now() < deadline)
            co_await m_refreshed.wait_until(deadline);
    }
    // What has never been scanned may have anything; so may what is looked at anew since it showed no token.
    for (const auto& host : starting) {
        if (!host->is_ready() && !host->shows_token())
            co_await host->wait_settled(settled);
    }
}

void Hosts::require_going_on() const {
    if (m_stopping)
        throw Error(protocol::STOPPING, "the agent is stopping", "try again when it runs");
}

void Hosts::stop_waiting() {
    m_stopping = true;
    m_rebuilt.notify_all();
}

void Hosts::look_anew() {
    for (const auto& host : m_hosts)
        static_cast<void>(host->look_anew());
}

void Hosts::begin_refresh() {
    m_last_refresh = Clock::now();
    for (const auto& host : m_hosts) {
        if (host->look_anew() || !host->is_ready() || !m_refreshing.emplace(host, m_last_refresh).second)
            continue;
        spawn(m_loop, scan_one(host), [this, host](const std::exception_ptr&) {
            m_refreshing.erase(host);
            m_refreshed.notify_all();
        });
    }
}

std::size_t Hosts::outstanding() const noexcept {
    std::size_t all = 0;
    for (const auto& host : m_hosts)
        all += host->outstanding();
    return all;
}

void Hosts::drop(ClientId client) {
    for (const auto& host : m_hosts)
        host->drop(client);
    for (const auto& host : m_leaving)
        host->drop(client);
}

void Hosts::rebuild_catalogue() {
    m_catalogue.rebuild(tokens_of(m_hosts), tokens_of(m_leaving));
    m_rebuilt.notify_all();
}

}  // namespace signet::agent
