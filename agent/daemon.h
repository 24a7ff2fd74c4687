// The agent as a service: start, signals, stop.
#pragma once

#include "agent/agent.h"
#include "agent/listener.h"
#include "agent/module_discovery.h"

#include <exception>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

namespace signet::agent {

/// What the command line says.
struct DaemonOptions {
    std::optional<std::filesystem::path> config;
    std::optional<std::filesystem::path> socket;
};

/// The configuration that `options` mean: --config, else the file that is found, else the defaults. Token
/// URIs are checked too, and certificates beside tokens read. Throws ConfigError.
std::shared_ptr<const Config> read_config(const DaemonOptions& options);

/// A configured module could not be loaded at start.
class NoModule : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

class Daemon {
  public:
    /// Binds the socket and opens the audit log. Throws Error, ConfigError or std::system_error.
    explicit Daemon(DaemonOptions options);
    ~Daemon();
    Daemon(const Daemon&) = delete;
    Daemon& operator=(const Daemon&) = delete;
    Daemon(Daemon&&) = delete;
    Daemon& operator=(Daemon&&) = delete;

    /// Serves until SIGTERM or SIGINT, and what is in flight then. Throws NoModule.
    void run();

  private:
    asio::awaitable<void> start();
    asio::awaitable<void> bring_up();
    asio::awaitable<void> watch_signals();
    asio::awaitable<void> stop();
    asio::awaitable<void> reload();
    asio::awaitable<void> read_again();
    asio::awaitable<void> write_backlog();
    /// Of `config`, else of p11-kit. Throws std::exception.
    asio::awaitable<std::vector<ModuleConfig>> modules_of(std::shared_ptr<const Config> config);
    void finish();

    DaemonOptions m_options;
    std::string m_program;
    asio::io_context m_loop;
    ModuleDiscovery m_discovery;
    asio::signal_set m_signals;
    asio::steady_timer m_grace;
    std::unique_ptr<Agent> m_agent;
    std::unique_ptr<Listener> m_listener;
    /// The modules are p11-kit's: the configuration names none.
    bool m_discovered = false;
    bool m_started = false;
    /// The configuration is being read; another SIGHUP has come since.
    bool m_reloading = true;
    bool m_reload_again = false;
    /// A module that came with SIGHUP is never fatal, also before the agent is ready.
    bool m_reloaded = false;
    std::string m_no_module;
    /// Why it could not start.
    std::exception_ptr m_failure;
};

}  // namespace signet::agent
