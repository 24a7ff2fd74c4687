// The one exception type of agent/: what a client is told, and what to do about it.
#pragma once

#include "agent/protocol/signet.pb.h"

#include <stdexcept>
#include <string>
#include <utility>

namespace signet::agent {

/// A request that gets no result. `what()` is the reply's `why` and `advice()` its `advice`: one line each,
/// for a person; neither ever holds a PIN, a key or content.
class Error : public std::runtime_error {
  public:
    Error(protocol::Status status, const std::string& why, std::string advice = {})
        : std::runtime_error(why), m_status(status), m_advice(std::move(advice)) {}

    [[nodiscard]] protocol::Status status() const noexcept { return m_status; }
    [[nodiscard]] const std::string& advice() const noexcept { return m_advice; }

  private:
    protocol::Status m_status;
    std::string m_advice;
};

}  // namespace signet::agent
