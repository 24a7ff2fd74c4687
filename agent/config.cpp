#include "agent/config.h"

#include "agent/unique_descriptor.h"

#include <fcntl.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <system_error>

namespace signet::agent {
namespace {

[[noreturn]] void fail(const std::filesystem::path& path, const std::string& why) {
    throw ConfigError(path.string() + ": " + why);
}

[[noreturn]] void fail(const std::filesystem::path& path, int error) {
    fail(path, std::generic_category().message(error));
}

std::string one_line(std::string text) {
    std::replace_if(
        text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == 0x7F; }, ' ');
    return text;
}

/// The XDG Base Directory Specification has relative paths ignored.
std::optional<std::filesystem::path> absolute_from_environment(const char* name) {
    const char* value = std::getenv(name);
    if (value == nullptr || value[0] != '/')
        return std::nullopt;
    return std::filesystem::path(value);
}

std::optional<std::filesystem::path> home() {
    if (auto path = absolute_from_environment("HOME"))
        return path;
    const passwd* entry = getpwuid(geteuid());
    if (entry == nullptr || entry->pw_dir == nullptr || entry->pw_dir[0] != '/')
        return std::nullopt;
    return std::filesystem::path(entry->pw_dir);
}

/// The folder of an XDG variable, else `fallback` in the home directory.
std::optional<std::filesystem::path> xdg_folder(const char* variable, const char* fallback) {
    if (auto folder = absolute_from_environment(variable))
        return folder;
    if (const auto folder = home())
        return *folder / fallback;
    return std::nullopt;
}

void check_file(const std::filesystem::path& path, int descriptor) {
    struct stat status {};
    if (fstat(descriptor, &status) != 0)
        fail(path, errno);
    if (!S_ISREG(status.st_mode))
        fail(path, "it is not a regular file");
    if (status.st_uid != 0 && status.st_uid != geteuid())
        fail(path, "it belongs to neither root nor the user that signet-agent runs as");
    if ((status.st_mode & (S_IWGRP | S_IWOTH)) != 0)
        fail(path, "group or others may write to it; chmod go-w it");
}

std::string read_all(const std::filesystem::path& path, int descriptor) {
    std::string text(max_config_size + 1, '\0');
    std::size_t size = 0;
    while (size < text.size()) {
        const ssize_t got = read(descriptor, text.data() + size, text.size() - size);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            fail(path, errno);
        if (got == 0)
            break;
        size += static_cast<std::size_t>(got);
    }
    if (size > max_config_size)
        fail(path, "it is larger than 1 MiB");
    text.resize(size);
    return text;
}

}  // namespace

ConfigError::ConfigError(std::string what, std::string advice)
    : std::runtime_error(one_line(std::move(what))), m_advice(std::move(advice)) {}

Config default_config() {
    const auto folder = xdg_folder("XDG_STATE_HOME", ".local/state");
    if (!folder)
        throw ConfigError("no place for the audit log: set [audit] path in the configuration, or $HOME");
    Config config;
    config.audit_path = *folder / "signet/audit.jsonl";
    return config;
}

std::optional<std::filesystem::path> find_config() {
    // Anything but "it is not there" is for load_config to report: a file that cannot be read is no default.
    const auto is_absent = [](const std::filesystem::path& path) {
        struct stat status {};
        return stat(path.c_str(), &status) != 0 && (errno == ENOENT || errno == ENOTDIR);
    };
    if (const auto folder = xdg_folder("XDG_CONFIG_HOME", ".config"))
        if (auto path = *folder / "signet/agent.toml"; !is_absent(path))
            return path;
    if (std::filesystem::path path = "/etc/signet/agent.toml"; !is_absent(path))
        return path;
    return std::nullopt;
}

Config load_config(const std::filesystem::path& path) {
    const UniqueDescriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
    if (!file)
        fail(path, errno);
    check_file(path, file.get());
    return parse_config(read_all(path, file.get()), path.native());
}

}  // namespace signet::agent
