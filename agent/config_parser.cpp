#include "agent/config.h"
#include "agent/config_table.h"

#include <grp.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <string>
#include <system_error>

namespace signet::agent {
namespace {

using std::chrono::milliseconds;

bool is_word(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    });
}

std::optional<std::filesystem::path> absolute_path(const ConfigTable& table, std::string_view key) {
    const auto text = table.string(key);
    if (!text)
        return std::nullopt;
    if (!text->starts_with('/'))
        table.fail(key, "must be an absolute path");
    return std::filesystem::path(*text);
}

/// "500ms", "30s", "15m", "2h".
std::optional<milliseconds> parse_duration(std::string_view text) {
    unsigned number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{})
        return std::nullopt;
    const std::string_view unit = text.substr(static_cast<std::size_t>(end - text.data()));
    if (unit == "ms")
        return milliseconds(number);
    if (unit == "s")
        return std::chrono::seconds(number);
    if (unit == "m")
        return std::chrono::minutes(number);
    if (unit == "h")
        return std::chrono::hours(number);
    return std::nullopt;
}

milliseconds duration(const ConfigTable& table, std::string_view key, std::string_view text) {
    const auto value = parse_duration(text);
    if (!value)
        table.fail(key, "must be a number with ms, s, m or h, such as \"30s\"");
    return *value;
}

mode_t socket_mode(const ConfigTable& table) {
    const auto text = table.string("socket-mode");
    if (!text)
        return Config{}.socket_mode;
    unsigned mode = 0;
    const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), mode, 8);
    if (error != std::errc{} || end != text->data() + text->size() || text->size() > 4 || mode > 0777)
        table.fail("socket-mode", "must be an octal mode up to \"0777\", such as \"0660\"");
    if ((mode & 0600) != 0600)
        table.fail("socket-mode", "must let the agent's own user read and write (0600)");
    return static_cast<mode_t>(mode);
}

std::optional<std::string> socket_group(const ConfigTable& table) {
    auto group = table.string("socket-group");
    if (!group || getgrnam(group->c_str()) != nullptr)
        return group;
    gid_t number = 0;
    const char* const last = group->data() + group->size();
    const auto [end, error] = std::from_chars(group->data(), last, number);
    // The last number means "no group" to the kernel.
    if (error != std::errc{} || end != last || number == static_cast<gid_t>(-1))
        table.fail("socket-group", "there is no group \"" + *group + "\"");
    return group;
}

std::string pinentry(const ConfigTable& table) {
    auto program = table.string("pinentry");
    if (!program)
        return Config{}.pinentry;
    if (program->find('/') != std::string::npos && !program->starts_with('/'))
        table.fail("pinentry", "must be an absolute path, or a name that is looked for on PATH");
    return *std::move(program);
}

void check_module_file(const ConfigTable& table, const std::filesystem::path& path) {
    struct stat status {};
    if (stat(path.c_str(), &status) != 0)
        table.fail("path", path.string() + ": " + std::generic_category().message(errno));
    if (!S_ISREG(status.st_mode))
        table.fail("path", path.string() + ": it is not a file");
}

std::map<std::string, std::string> environment(const ConfigTable& module, std::string_view file) {
    std::map<std::string, std::string> result;
    const toml::table* variables = module.table("environment");
    if (variables == nullptr)
        return result;
    const ConfigTable table(*variables, file, "module.environment.");
    for (auto&& [key, value] : *variables) {
        const std::string name(key.str());
        if (name.empty() || !is_word(name) || (name[0] >= '0' && name[0] <= '9'))
            table.fail(name, "is no name of an environment variable");
        result.emplace(name, table.string(name, true).value());
    }
    return result;
}

std::string module_name(const ConfigTable& table, const std::vector<ModuleConfig>& before) {
    std::string name = table.required_string("name");
    std::string letters = name;
    std::erase_if(letters, [](char c) { return c == '-' || c == '.'; });
    if (name.size() > 64 || !is_word(letters))
        table.fail("name", "must be at most 64 letters, digits, '.', '_' and '-'");
    if (std::any_of(before.begin(), before.end(),
                    [&](const ModuleConfig& other) { return other.name == name; }))
        table.fail("name", "another module is called \"" + name + "\"");
    return name;
}

ModuleConfig parse_module(const toml::table& source, std::string_view file,
                          const std::vector<ModuleConfig>& before) {
    const ConfigTable table(source, file, "module.");
    table.allow_only({"name", "path", "environment", "init-args", "sessions", "operation-timeout"});
    ModuleConfig module;
    module.name = module_name(table, before);
    (void)table.required_string("path");
    module.path = absolute_path(table, "path").value();
    check_module_file(table, module.path);
    module.environment = environment(table, file);
    module.init_args = table.string("init-args", true).value_or("");
    const std::int64_t sessions = table.integer("sessions").value_or(module.sessions);
    if (sessions < 1 || sessions > max_sessions)
        table.fail("sessions", "must be 1 to " + std::to_string(max_sessions));
    module.sessions = static_cast<unsigned>(sessions);
    if (const auto text = table.string("operation-timeout"))
        module.operation_timeout = duration(table, "operation-timeout", *text);
    if (module.operation_timeout < min_operation_timeout || module.operation_timeout > max_operation_timeout)
        table.fail("operation-timeout", "must be 100ms to 10m");
    return module;
}

pin::PinSource pin_source(const ConfigTable& table) {
    const std::string text = table.string("pin").value_or("pinentry");
    if (text == "pinentry")
        return pin::PinFromPinentry{};
    if (text == "none")
        return pin::PinNone{};
    if (text.starts_with("file:/"))
        return pin::PinFromFile{text.substr(std::string_view("file:").size())};
    if (text.starts_with("credential:")) {
        std::string name = text.substr(std::string_view("credential:").size());
        if (!pin::is_credential_name(name))
            table.fail("pin", "the name of the credential is not valid");
        return pin::PinFromCredential{std::move(name)};
    }
    // Never the value itself: somebody may have written the PIN here.
    table.fail(
        "pin",
        R"(must be "pinentry", "file:/PATH", "credential:NAME" or "none", as a PIN has no place here)");
}

pin::PinLifetime pin_cache(const ConfigTable& table) {
    const auto text = table.string("pin-cache");
    if (!text)
        return default_pin_cache;
    if (*text == "forever")
        return std::nullopt;
    if (*text == "0")
        return milliseconds::zero();
    const auto value = parse_duration(*text);
    if (!value || *value > max_pin_cache)
        table.fail("pin-cache", R"(must be "0", "forever", or up to "168h", such as "15m")");
    return *value;
}

bool pin_cache_from_use(const ConfigTable& table) {
    const std::string text = table.string("pin-cache-from").value_or("login");
    if (text != "login" && text != "use")
        table.fail("pin-cache-from", R"(must be "login" or "use")");
    return text == "use";
}

TokenConfig parse_token(const toml::table& source, std::string_view file,
                        const std::vector<TokenConfig>& before) {
    const ConfigTable table(source, file, "token.");
    table.allow_only({"uri", "pin", "pin-cache", "pin-cache-from", "certificates"});
    TokenConfig token;
    token.uri = table.required_string("uri");
    if (!token.uri.starts_with("pkcs11:"))
        table.fail("uri", "must be a URI of RFC 7512, such as \"pkcs11:token=production\"");
    if (std::any_of(before.begin(), before.end(),
                    [&](const TokenConfig& other) { return other.uri == token.uri; }))
        table.fail("uri", "another [[token]] has the same");
    token.pin = pin_source(table);
    token.pin_cache = pin_cache(table);
    token.pin_cache_from_use = pin_cache_from_use(table);
    token.certificates = absolute_path(table, "certificates");
    return token;
}

toml::table parse_toml(std::string_view text, std::string_view file) {
    try {
        return toml::parse(text, file);
    } catch (const toml::parse_error& error) {
        throw ConfigError(std::string(file) + ":" + std::to_string(error.source().begin.line) +
                          ": not TOML: " + std::string(error.description()));
    }
}

void parse_socket(const ConfigTable& table, Config& config) {
    config.socket = absolute_path(table, "socket");
    // One byte of sun_path ends the text.
    constexpr std::size_t longest = sizeof(sockaddr_un::sun_path) - 1;
    if (config.socket && config.socket->native().size() > longest)
        table.fail("socket", "must not have more than " + std::to_string(longest) + " bytes");
    config.socket_mode = socket_mode(table);
    config.socket_group = socket_group(table);
}

}  // namespace

Config parse_config(std::string_view text, std::string_view source_name) {
    const toml::table root = parse_toml(text, source_name);
    const ConfigTable table(root, source_name, "");
    if (root.contains("rule"))
        table.fail("rule",
                   "rules are not supported yet, and without any only the agent's own user may connect",
                   "remove [[rule]]");
    table.allow_only({"socket", "socket-mode", "socket-group", "pinentry", "module", "token", "audit"});
    Config config;
    parse_socket(table, config);
    config.pinentry = pinentry(table);
    if (const toml::array* modules = table.tables("module"))
        for (const toml::node& module : *modules)
            config.modules.push_back(parse_module(*module.as_table(), source_name, config.modules));
    if (const toml::array* tokens = table.tables("token"))
        for (const toml::node& token : *tokens)
            config.tokens.push_back(parse_token(*token.as_table(), source_name, config.tokens));
    if (const toml::table* audit = table.table("audit")) {
        const ConfigTable audit_table(*audit, source_name, "audit.");
        audit_table.allow_only({"path"});
        config.audit_path = absolute_path(audit_table, "path").value_or("");
    }
    if (config.audit_path.empty())
        config.audit_path = default_config().audit_path;
    return config;
}

}  // namespace signet::agent
