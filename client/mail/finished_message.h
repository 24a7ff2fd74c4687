// A message that a command has made.
#pragma once

#include <string>
#include <vector>

namespace signet::client::mail {

/// A finished message, and what to warn of once it has been written.
struct FinishedMessage {
    std::string bytes;
    std::vector<std::string> warnings;
};

}  // namespace signet::client::mail
