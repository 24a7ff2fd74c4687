// The configuration of the agent and the clearance of a reader.
#include <string_view>

#include "agent/config.h"
#include "client/clearance.h"
#include "client/error.h"
#include "tests/fuzz/property.h"

using signet::fuzz::property;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    try {
        const auto config = signet::agent::parse_config(text, "agent.toml");
        property(config.modules.size() <= signet::agent::max_config_entries &&
                     config.tokens.size() <= signet::agent::max_config_entries,
                 "modules and tokens are bounded");
        for (const auto& module : config.modules)
            property(module.sessions >= 1 && module.sessions <= signet::agent::max_sessions &&
                         module.path.is_absolute(),
                     "a module has a path and sessions");
    } catch (const signet::agent::ConfigError& error) {
        property(std::string_view(error.what()).find('\n') == std::string_view::npos, "an error is one line");
    }
    try {
        (void)signet::client::Clearance::parse(text, "clearance.toml");
    } catch (const signet::client::Error&) {
        return 0;
    }
    return 0;
}
