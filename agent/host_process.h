// One process of signet-token: started, killed, and its end told.
#pragma once

#include "agent/unique_descriptor.h"

#include <sys/types.h>

#include <map>
#include <string>

namespace signet::agent {

/// The signet-token that belongs to this agent: beside its own executable, else in ../libexec/signet. Nothing
/// in the environment chooses it. Throws Error(INTERNAL) if neither is there.
std::string token_program();

/// A running signet-token with its end of the socketpair as descriptor 3, nothing on standard input, its
/// output on our standard error, and no other descriptor of ours. Its destructor kills and reaps it.
class HostProcess {
  public:
    /// Starts `program` with our environment and `environment` on top. Throws std::system_error.
    HostProcess(const std::string& program, const std::map<std::string, std::string>& environment);
    ~HostProcess();
    HostProcess(HostProcess&&) = delete;
    HostProcess& operator=(HostProcess&&) = delete;
    HostProcess(const HostProcess&) = delete;
    HostProcess& operator=(const HostProcess&) = delete;

    [[nodiscard]] pid_t pid() const noexcept { return m_pid; }
    /// Our end of the socketpair (SOCK_SEQPACKET, non-blocking); given up to the caller.
    [[nodiscard]] UniqueDescriptor take_channel() noexcept { return std::move(m_channel); }
    /// Readable when the process has ended; stays owned here.
    [[nodiscard]] int pidfd() const noexcept { return m_pidfd.get(); }
    /// SIGKILL. Harmless when it has ended already.
    void kill() noexcept;
    /// Waits for the end (which must be near: see pidfd and kill) and says how it went, for people:
    /// "ended with status 1", "was killed by signal 9".
    std::string reap();

  private:
    pid_t m_pid = -1;
    UniqueDescriptor m_channel;
    UniqueDescriptor m_pidfd;
    bool m_reaped = false;
};

}  // namespace signet::agent
