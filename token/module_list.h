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
/// and no keys. Loads the modules, and initialises none. Empty if p11-kit has none, or fails, which it says
/// on standard error.
std::vector<ConfiguredModule> configured_modules();

}  // namespace signet::token
