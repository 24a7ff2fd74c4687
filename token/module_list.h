// The modules that this machine is configured with.
#pragma once

#include <string>
#include <vector>

namespace signet::token {

struct ConfiguredModule {
    std::string name;
    /// Absolute.
    std::string path;
};

/// What p11-kit is configured with, except modules of trust policy, which hold other people's certificates
/// and no keys. Loads the modules, and initialises none. Throws std::runtime_error if p11-kit fails: with a
/// broken configuration, or without a module that it calls critical.
std::vector<ConfiguredModule> configured_modules();

}  // namespace signet::token
