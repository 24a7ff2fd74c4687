// The version of this build.
#pragma once

namespace signet::agent {

inline constexpr const char* version = SIGNET_VERSION;

}  // namespace signet::agent
