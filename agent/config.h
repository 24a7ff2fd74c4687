// The configuration file of signet-agent (TOML) and its defaults; the README lists the keys.
#pragma once

#include "agent/pin/pin_source.h"
#include "agent/pin/pin_store.h"

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace signet::agent {

/// Bytes of a configuration file, at most.
inline constexpr std::size_t max_config_size = std::size_t{1} << 20;
/// Modules, and tokens, in one configuration.
inline constexpr std::size_t max_config_entries = 64;
inline constexpr unsigned max_sessions = 64;
inline constexpr std::chrono::milliseconds min_operation_timeout{100};
inline constexpr std::chrono::milliseconds max_operation_timeout = std::chrono::minutes{10};
/// Longest pin-cache besides "forever".
inline constexpr std::chrono::milliseconds max_pin_cache = std::chrono::hours{24 * 7};
inline constexpr std::chrono::milliseconds default_pin_cache = std::chrono::minutes{15};

/// `what()` is one line: "FILE:LINE: KEY: why", or "FILE: why" where no line is to blame; `advice()` says
/// what to do.
class ConfigError : public std::runtime_error {
  public:
    /// Control characters of `what`, which may quote the file, become spaces.
    explicit ConfigError(std::string what, std::string advice = "mend it");
    [[nodiscard]] const std::string& advice() const noexcept { return m_advice; }

  private:
    std::string m_advice;
};

/// One [[module]].
struct ModuleConfig {
    /// Unique; letters, digits, '.', '_' and '-', at most 64.
    std::string name;
    /// Absolute; a regular file when the configuration was read.
    std::filesystem::path path;
    /// Added to the environment of its signet-token.
    std::map<std::string, std::string> environment;
    /// The reserved string of C_Initialize.
    std::string init_args;
    /// Parallel operations, 1 to max_sessions.
    unsigned sessions = 4;
    std::chrono::milliseconds operation_timeout = std::chrono::seconds{30};
};

class CertificateFiles;

/// One [[token]]: how tokens that match a URI get their PIN, and what lies beside them. The first
/// match counts.
struct TokenConfig {
    /// RFC 7512; begins with "pkcs11:", the rest is not looked at here.
    std::string uri;
    pin::PinSource pin = pin::PinFromPinentry{};
    pin::PinLifetime pin_cache = default_pin_cache;
    /// Whether each use of a key begins that time anew.
    bool pin_cache_from_use = false;
    /// Of a file or folder with certificates; absolute.
    std::optional<std::filesystem::path> certificates{};
    /// What it held when read_config (daemon.h) read it; none without, and from parse_config.
    std::shared_ptr<const CertificateFiles> certificate_files{};
};

struct Config {
    /// None: where DESIGN says ($XDG_RUNTIME_DIR/signet/agent.sock, else /run/signet/agent.sock).
    std::optional<std::filesystem::path> socket;
    mode_t socket_mode = 0600;
    /// A group name that there is, or a number, as written; none leaves the group alone.
    std::optional<std::string> socket_group;
    /// A program on PATH, or an absolute path.
    std::string pinentry = "pinentry";
    /// Whether the file names any [[module]]; without, every module that p11-kit knows is meant.
    std::vector<ModuleConfig> modules;
    std::vector<TokenConfig> tokens;
    /// Absolute.
    std::filesystem::path audit_path;
};

/// The built-in defaults, those of the environment ($XDG_STATE_HOME, $HOME) included. Throws ConfigError if
/// neither says where the audit log goes.
[[nodiscard]] Config default_config();

/// $XDG_CONFIG_HOME/signet/agent.toml (default ~/.config), else /etc/signet/agent.toml; none if neither is
/// there.
[[nodiscard]] std::optional<std::filesystem::path> find_config();

/// Reads a file, which must be regular, owned by root or the agent's own uid, writable by nobody else, and
/// not above max_config_size. Throws ConfigError.
[[nodiscard]] Config load_config(const std::filesystem::path&);

/// What is not looked at until it is needed, and would fail then: the files that PINs are read from, and a
/// pinentry with a path. Throws ConfigError. Reads the PINs.
void check_files(const Config&);

/// Reads a text; `source_name` stands for FILE in errors. Module paths are looked up. Throws ConfigError.
[[nodiscard]] Config parse_config(std::string_view toml, std::string_view source_name);

}  // namespace signet::agent
