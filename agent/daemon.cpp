#include "agent/daemon.h"

#include "agent/certificate_files.h"
#include "agent/error.h"
#include "agent/spawn.h"
#include "agent/token_process.h"
#include "agent/token_uri.h"

#include <spdlog/spdlog.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include <csignal>

namespace signet::agent {

namespace {

constexpr auto discovery_limit = std::chrono::seconds{10};
/// READY comes after the first scans, or after this.
constexpr auto first_scan_limit = std::chrono::seconds{10};
/// What is in flight at SIGTERM may take this long.
constexpr auto stop_limit = std::chrono::seconds{10};
constexpr auto look_again = std::chrono::milliseconds{5};
/// Then everything has been told to end; only what hangs is left.
constexpr auto finish_limit = std::chrono::seconds{3};

std::shared_ptr<const Config> checked(Config config, const std::string& source_name) {
    for (auto& token : config.tokens) {
        if (token.certificates)
            token.certificate_files = CertificateFiles::read(*token.certificates);
        try {
            const TokenUri uri(token.uri);
        } catch (const Error& error) {
            throw ConfigError(source_name + ": [[token]] uri \"" + token.uri + "\": " + error.what());
        }
    }
    return std::make_shared<const Config>(std::move(config));
}

ListeningSocket listening_socket(const DaemonOptions& options, const Config& config) {
    if (auto passed = ListeningSocket::from_service_manager())
        return std::move(*passed);
    const auto& chosen = options.socket ? options.socket : config.socket;
    return ListeningSocket::at(chosen.value_or(default_socket_path()), config.socket_mode,
                               config.socket_group, !chosen);
}

}  // namespace

std::shared_ptr<const Config> read_config(const DaemonOptions& options) {
    const auto path = options.config ? options.config : find_config();
    if (!path)
        return checked(default_config(), "the defaults");
    return checked(load_config(*path), path->string());
}

Daemon::Daemon(DaemonOptions options)
    : m_options(std::move(options)),
      m_program(token_program()),
      m_loop(1),
      m_discovery(m_loop, m_program, discovery_limit),
      m_signals(m_loop, SIGTERM, SIGINT, SIGHUP),
      m_grace(m_loop) {
    const auto config = read_config(m_options);
    auto socket = listening_socket(m_options, *config);
    m_agent = std::make_unique<Agent>(m_loop, config, m_program);
    m_listener = std::make_unique<Listener>(*m_agent, std::move(socket));
}

Daemon::~Daemon() = default;

void Daemon::run() {
    spawn(m_loop, start());
    spawn(m_loop, watch_signals());
    m_loop.run();
    finish();
    if (m_failure)
        std::rethrow_exception(m_failure);
    if (!m_no_module.empty())
        throw NoModule(m_no_module);
}

asio::awaitable<void> Daemon::start() {
    try {
        const auto modules = co_await modules_of(m_agent->config);
        if (m_agent->stopping)
            co_return;
        m_agent->hosts.configure(modules, CertificateSource(*m_agent->config));
    } catch (...) {
        m_failure = std::current_exception();
        m_loop.stop();
        co_return;
    }
    m_discovered = m_agent->config->modules.empty();
    m_started = true;
    m_reloading = false;
    if (m_reload_again)
        spawn(m_loop, reload());
    co_await bring_up();
}

asio::awaitable<void> Daemon::bring_up() {
    co_await m_agent->hosts.wait_settled(Clock::now() + first_scan_limit);
    if (m_agent->stopping)
        co_return;
    for (const auto& host : m_agent->hosts.all()) {
        if (host->state() != Host::State::unloadable)
            continue;
        if (m_discovered || m_reloaded) {
            spdlog::warn("module {} cannot be loaded: {}", host->config().name, host->trouble());
            continue;
        }
        m_no_module =
            "module " + host->config().name + " (" + host->config().path.string() + "): " + host->trouble();
        m_loop.stop();
        co_return;
    }
    m_listener->start();
    spdlog::info("ready");
    ::sd_notify(0, "READY=1");
}

asio::awaitable<void> Daemon::watch_signals() {
    while (true) {
        boost::system::error_code cancelled;
        auto token = asio::redirect_error(asio::use_awaitable, cancelled);
        const int signal = co_await m_signals.async_wait(token);
        if (cancelled)
            co_return;
        if (signal == SIGHUP) {
            spawn(m_loop, reload());
            continue;
        }
        // The second one does not wait for what is in flight.
        if (m_agent->stopping) {
            m_loop.stop();
            co_return;
        }
        spawn(m_loop, stop());
    }
}

asio::awaitable<void> Daemon::stop() {
    m_agent->stopping = true;
    ::sd_notify(0, "STOPPING=1");
    spdlog::info("stopping");
    m_listener->drain();
    m_discovery.stop();
    m_agent->logins.stop_asking();
    m_agent->hosts.stop_waiting();
    const auto deadline = Clock::now() + stop_limit;
    while (!m_listener->idle() && Clock::now() < deadline) {
        m_grace.expires_after(look_again);
        boost::system::error_code cancelled;
        auto token = asio::redirect_error(asio::use_awaitable, cancelled);
        co_await m_grace.async_wait(token);
    }
    m_loop.stop();
}

void Daemon::finish() {
    // Everything is told to end, and the loop runs dry; so no coroutine is left that refers to what goes now.
    m_agent->stopping = true;
    m_signals.cancel();
    m_discovery.stop();
    m_listener->drain();
    m_listener->close_all();
    m_agent->logins.stop();
    m_agent->hosts.end_all();
    m_loop.restart();
    m_loop.run_for(finish_limit);
    if (m_loop.stopped())
        return;
    spdlog::warn("something hangs and is left behind");
    m_agent->audit.reset();
    m_listener.reset();
    ::_exit(m_failure ? 9 : m_no_module.empty() ? 0 : 6);
}

asio::awaitable<void> Daemon::reload() {
    m_reload_again = true;
    if (std::exchange(m_reloading, true))
        co_return;
    while (std::exchange(m_reload_again, false) && !m_agent->stopping)
        co_await read_again();
    m_reloading = false;
}

asio::awaitable<void> Daemon::write_backlog() {
    try {
        co_await m_agent->audit_backlog.write_to(*m_agent->audit);
    } catch (const std::exception& error) {
        spdlog::error("what was begun when the audit log failed is not ended there yet: {}", error.what());
    }
}

asio::awaitable<void> Daemon::read_again() {
    try {
        // For a log that was moved away, whatever becomes of the configuration.
        m_agent->audit->reopen();
        co_await write_backlog();
        const auto config = read_config(m_options);
        if (config->audit_path != m_agent->config->audit_path || config->socket != m_agent->config->socket ||
            config->socket_mode != m_agent->config->socket_mode ||
            config->socket_group != m_agent->config->socket_group)
            spdlog::warn(
                "socket, socket-mode, socket-group and the audit log's path change with a restart only");
        const auto modules = co_await modules_of(config);
        if (m_agent->stopping)
            co_return;
        m_agent->hosts.configure(modules, CertificateSource(*config));
        m_agent->config = config;
        m_agent->logins.reconfigured();
        m_discovered = config->modules.empty();
        m_reloaded = true;
        spdlog::info("the configuration was read again");
    } catch (const std::exception& error) {
        spdlog::error("the configuration stays as it was: {}", error.what());
    }
}

asio::awaitable<std::vector<ModuleConfig>> Daemon::modules_of(std::shared_ptr<const Config> config) {
    if (!config->modules.empty())
        co_return config->modules;
    auto discovered = co_await m_discovery.run();
    if (m_agent->stopping)
        co_return std::vector<ModuleConfig>{};
    // At start, some are better than none; later, none of those that are there shall go for that.
    if (!discovered.complete && m_started)
        throw std::runtime_error("p11-kit's modules cannot be listed");
    if (!discovered.complete)
        spdlog::warn("p11-kit's modules cannot all be listed");
    if (discovered.modules.empty())
        spdlog::warn("p11-kit knows no module; name one in the configuration ([[module]])");
    co_return std::move(discovered.modules);
}

}  // namespace signet::agent
