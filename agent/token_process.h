// One process of signet-token: started, killed, and its end told.
#pragma once

#include "agent/unique_descriptor.h"

#include <sys/types.h>

#include <map>
#include <string>
#include <vector>

namespace signet::agent {

/// The signet-token that belongs to this agent: beside its own executable, else where the installation puts
/// it. Nothing in the environment chooses it. Throws Error(INTERNAL) if neither is there.
std::string token_program();

/// A running signet-token in a process group of its own, with nothing on standard input, and no descriptor of
/// ours but those that are given to it. Its destructor kills and reaps it.
class TokenProcess {
  public:
    struct Plan {
        std::string program;
        std::vector<std::string> options{};
        /// On top of our environment, without what is for the agent alone.
        std::map<std::string, std::string> environment{};
        /// Its standard output; -1: our standard error.
        int output = -1;
        /// Its descriptor 3; -1: none.
        int channel = -1;
    };

    /// Throws std::system_error.
    explicit TokenProcess(const Plan& plan);
    ~TokenProcess();
    TokenProcess(TokenProcess&&) = delete;
    TokenProcess& operator=(TokenProcess&&) = delete;
    TokenProcess(const TokenProcess&) = delete;
    TokenProcess& operator=(const TokenProcess&) = delete;

    [[nodiscard]] pid_t pid() const noexcept { return m_pid; }
    /// Readable when the process has ended; stays owned here.
    [[nodiscard]] int pidfd() const noexcept { return m_pidfd.get(); }
    /// SIGKILL for it and all that it started in its group. Harmless when it has ended already.
    void kill() noexcept;
    /// Waits for the end (which must be near: see pidfd and kill) and says how it went, for people:
    /// "ended with status 1", "was killed by signal 9".
    std::string reap();

  private:
    pid_t m_pid = -1;
    UniqueDescriptor m_pidfd;
    bool m_reaped = false;
};

}  // namespace signet::agent
