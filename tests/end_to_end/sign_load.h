// Clients that sign without end.
#pragma once

#include "tests/fixtures/agent_process.h"
#include "tests/fixtures/temporary_folder.h"

#include <atomic>
#include <filesystem>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace signet::tests {

/// Threads that each run `signet sign` again and again from construction to stop().
class SignLoad {
  public:
    /// One thread for each of `identities`, which are taken as `-k` takes them.
    SignLoad(const AgentProcess& agent, const std::vector<std::string>& identities);
    ~SignLoad();
    SignLoad(const SignLoad&) = delete;
    SignLoad& operator=(const SignLoad&) = delete;
    SignLoad(SignLoad&&) = delete;
    SignLoad& operator=(SignLoad&&) = delete;

    /// Signatures so far.
    [[nodiscard]] std::size_t done() const noexcept { return m_done; }
    /// What failed so far, one text each.
    [[nodiscard]] std::vector<std::string> failures();
    /// Lets each thread finish the signature it is at. Throws nothing that a request caused.
    void stop();
    /// The names of all signatures that openssl does not accept, after stop().
    [[nodiscard]] std::vector<std::string> bad_signatures(const std::filesystem::path& root) const;

  private:
    void sign_until_stopped(const std::string& identity, int number);

    const AgentProcess& m_agent;
    TemporaryFolder m_folder;
    std::atomic<bool> m_stopping = false;
    std::atomic<std::size_t> m_done = 0;
    std::mutex m_mutex;
    std::vector<std::string> m_failures;
    std::vector<std::thread> m_threads;
};

}  // namespace signet::tests
