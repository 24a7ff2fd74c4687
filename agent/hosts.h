// The hosts of all configured modules, and the catalogue of what is on their tokens.
#pragma once

#include "agent/catalogue.h"
#include "agent/certificate_source.h"
#include "agent/config.h"
#include "agent/host.h"

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace signet::agent {

/// On the loop's thread only.
class Hosts {
  public:
    /// `program` is the signet-token to start.
    Hosts(asio::io_context&, std::string program);

    /// Starts the hosts of new modules, and those of modules that could not be loaded again. A module that
    /// changed, or has another name, gets a new process when its own has finished what it has; requests wait.
    /// One that is not there any more finishes what it has, and what was begun with its keys (Host::Use), and
    /// takes nothing new. The catalogue is rebuilt with the certificates that lie `beside` the tokens. Throws
    /// std::bad_alloc, and changes nothing then.
    void configure(const std::vector<ModuleConfig>& modules, CertificateSource beside);
    /// For good: Host::end of each, and an empty catalogue.
    void end_all();

    /// Returns when every host has its first scan in, or cannot have one, or fails again and again; or at
    /// `deadline`.
    asio::awaitable<void> wait_settled(Clock::time_point deadline);
    /// Whether one of those that `hosts` gives got ready before `deadline`. Returns when one is, or none can
    /// get ready any more. `hosts` is asked again whenever the catalogue was rebuilt.
    asio::awaitable<bool> wait_any_ready(std::function<std::vector<std::shared_ptr<Host>>()> hosts,
                                         Clock::time_point deadline);
    /// Returns when the catalogue has been rebuilt, or at `deadline`.
    asio::awaitable<void> wait_rebuilt(Clock::time_point deadline) { return m_rebuilt.wait_until(deadline); }
    /// Throws Error(STOPPING) from stop_waiting() on.
    void require_going_on() const;
    /// Ends what waits for a token that is not there.
    void stop_waiting();
    /// Host::look_anew of each.
    void look_anew();
    /// Scans everything again, a fifth of a second after the last time at the earliest: who comes in between
    /// shares one. What shows no token starts anew for it (Host::look_anew). A host that takes longer than a
    /// few seconds is not waited for: the last picture of it stays until its scan is in. Nor are scans that
    /// others begin meanwhile.
    asio::awaitable<void> refresh();
    /// `removed` is called for each token that is not there any more (Host::Host).
    void when_removed(Host::Removed removed) { m_removed = std::move(removed); }
    /// Ends the calls of a client that has gone.
    void drop(ClientId client);

    /// Of the configured modules, in their order.
    [[nodiscard]] const std::vector<std::shared_ptr<Host>>& all() const noexcept { return m_hosts; }
    /// Those that are no longer configured; some may have ended.
    [[nodiscard]] const std::vector<std::shared_ptr<Host>>& leaving() const noexcept { return m_leaving; }
    /// Requests that the hosts' processes have not answered.
    [[nodiscard]] std::size_t outstanding() const noexcept;
    [[nodiscard]] const Catalogue& catalogue() const noexcept { return m_catalogue; }
    [[nodiscard]] asio::io_context& loop() const noexcept { return m_loop; }

  private:
    static asio::awaitable<void> scan_one(std::shared_ptr<Host> host);
    void begin_refresh();
    void rebuild_catalogue();

    asio::io_context& m_loop;
    std::string m_program;
    std::vector<std::shared_ptr<Host>> m_hosts;
    std::vector<std::shared_ptr<Host>> m_leaving;
    Catalogue m_catalogue;
    Host::Removed m_removed = [](const pin::TokenId&, const std::string&) {};
    bool m_stopping = false;
    Broadcast m_refreshed;
    /// The catalogue was rebuilt, as for each host that gets ready, or can get ready no more.
    Broadcast m_rebuilt;
    /// Hosts that are scanned, and since when.
    std::map<std::shared_ptr<Host>, Clock::time_point> m_refreshing;
    Clock::time_point m_last_refresh = Clock::time_point::min();
};

}  // namespace signet::agent
