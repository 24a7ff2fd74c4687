// Clients whose every answer is looked at.
#pragma once

#include "tests/fixtures/agent_process.h"

#include <atomic>
#include <chrono>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace signet::tests {

/// Threads that sign through the client library, each over a connection of its own, again and again from
/// construction to stop(). A signature counts once OpenSSL has verified it; refusals are what a test expects.
class CheckedSigning {
  public:
    /// What a request may take, a person included.
    static constexpr std::chrono::seconds deadline{60};

    /// One thread for each of `identities`, which are taken as `-k` takes them. `root` is the CA's
    /// certificate, PEM.
    CheckedSigning(const AgentProcess& agent, const std::filesystem::path& root,
                   const std::vector<std::string>& identities);
    ~CheckedSigning();
    CheckedSigning(const CheckedSigning&) = delete;
    CheckedSigning& operator=(const CheckedSigning&) = delete;
    CheckedSigning(CheckedSigning&&) = delete;
    CheckedSigning& operator=(CheckedSigning&&) = delete;

    /// Signatures that verify, so far.
    [[nodiscard]] std::size_t done() const noexcept { return m_done; }
    /// Requests that ended with this exit status, so far.
    [[nodiscard]] std::size_t refused(int status);
    /// The same for all but 0, each with what the last one said.
    [[nodiscard]] std::map<int, std::pair<std::size_t, std::string>> refusals();
    /// What must not be: a signature that does not verify, a request past its deadline, an agent that is not
    /// there.
    [[nodiscard]] std::vector<std::string> faults();
    /// The longest request so far.
    [[nodiscard]] std::chrono::milliseconds longest();
    /// Lets each thread finish the signature it is at.
    void stop();

  private:
    class Checker;
    void sign_until_stopped(const std::string& identity, unsigned number);
    void note(const std::string& fault);
    void note_refusal(int status, const std::string& what);
    void note_time(std::chrono::milliseconds time);

    std::string m_socket;
    std::unique_ptr<const Checker> m_checker;
    std::atomic<bool> m_stopping = false;
    std::atomic<std::size_t> m_done = 0;
    std::mutex m_mutex;
    std::map<int, std::pair<std::size_t, std::string>> m_refusals;
    std::vector<std::string> m_faults;
    std::chrono::milliseconds m_longest{};
    std::vector<std::thread> m_threads;
};

}  // namespace signet::tests
