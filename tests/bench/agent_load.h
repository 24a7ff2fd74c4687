// Signatures through a running agent, as programs that link the client library get them.
#pragma once

#include <string>

#include "tests/bench/measure.h"

namespace signet::bench {

/// `clients` connections, a thread each, ask for signatures over SHA-256 digests by `identity`. Throws
/// client::Error.
Result measure_agent(const std::string& socket, const std::string& identity, unsigned clients,
                     std::chrono::milliseconds duration);

}  // namespace signet::bench
