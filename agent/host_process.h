// A signet-token that serves the agent.
#pragma once

#include "agent/token_process.h"
#include "agent/unique_descriptor.h"

#include <map>
#include <string>

namespace signet::agent {

/// A TokenProcess with its end of a socketpair as descriptor 3, and its output on our standard error.
class HostProcess {
  public:
    /// Throws std::system_error.
    HostProcess(const std::string& program, const std::map<std::string, std::string>& environment)
        : HostProcess(Channel(), program, environment) {}

    [[nodiscard]] TokenProcess& process() noexcept { return m_process; }
    /// Our end of the socketpair (SOCK_SEQPACKET, non-blocking); given up to the caller.
    [[nodiscard]] UniqueDescriptor take_channel() noexcept { return std::move(m_channel); }

  private:
    struct Channel {
        Channel();
        UniqueDescriptor ours;
        UniqueDescriptor theirs;
    };
    HostProcess(Channel channel, const std::string& program,
                const std::map<std::string, std::string>& environment);

    UniqueDescriptor m_channel;
    TokenProcess m_process;
};

}  // namespace signet::agent
