#include "tests/bench/replicas.h"

#include <atomic>
#include <exception>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>

#include "client/agent_connection.h"
#include "tests/end_to_end/faulty_module.h"
#include "tests/fixtures/agent_process.h"
#include "tests/fixtures/software_key.h"
#include "tests/fixtures/test_ca.h"

namespace signet::bench {

namespace {

constexpr unsigned clients = 8;
// Those that end first find nobody else waiting.
constexpr std::size_t warming_up = 16;
constexpr std::size_t measured_of_each = 60;

/// A token with the key, and the module that makes it slow.
struct SlowToken {
    SlowToken(const std::string& label, const std::string& key, const std::filesystem::path& certificate)
        : token(label) {
        token.import_key(key, "bob", "b0");
        token.import_certificate(certificate, "bob", "b0");
        module.follow("C_Sign delay 150ms");
    }
    tests::SoftHsmToken token;
    tests::FaultyModule module;
};

/// When which of all clients' signatures came.
class Completions {
  public:
    explicit Completions(std::size_t wanted) : m_wanted(warming_up + wanted) {}
    /// Whether more are wanted.
    bool add(Clock::time_point begin) {
        const auto now = Clock::now();
        const std::lock_guard lock(m_mutex);
        if (++m_count == warming_up)
            m_first = now;
        if (m_count > warming_up && m_count <= m_wanted) {
            m_samples.push_back(microseconds(now - begin));
            m_last = now;
        }
        return m_count < m_wanted;
    }
    Result result() { return summarise(m_samples, std::chrono::duration<double>(m_last - m_first).count()); }

  private:
    std::size_t m_wanted;
    std::mutex m_mutex;
    std::size_t m_count = 0;
    Clock::time_point m_first;
    Clock::time_point m_last;
    std::vector<double> m_samples;
};

/// As many signatures as `completions` wants.
void sign(const std::string& socket, Completions& completions) {
    client::AgentConnection connection(socket);
    client::SignRequest request;
    request.identities = {"bob"};
    request.digests = {cms::Bytes(32, 0x5a)};
    for (bool more = true; more;) {
        const auto begin = Clock::now();
        if (connection.sign(request).signed_data.size() != 1)
            throw std::runtime_error("the agent answered without a signature");
        more = completions.add(begin);
    }
}

}  // namespace

Result measure_replicas(unsigned tokens) {
    const tests::TemporaryFolder folder;
    tests::TestCa ca;
    const std::string key = folder / "key.pem";
    const auto certificate = ca.issue({.public_key_pem = make_software_key(tests::KeyType::p256, key),
                                       .common_name = "Bob",
                                       .email = "bob@example.org",
                                       .key_usage = "critical,digitalSignature"});
    std::vector<std::unique_ptr<SlowToken>> slow;
    tests::AgentSetup setup;
    for (unsigned i = 0; i < tokens; ++i) {
        const std::string name = "slow" + std::to_string(i);
        slow.push_back(std::make_unique<SlowToken>(name, key, certificate.der));
        const tests::AgentSetup one = slow.back()->module.setup(slow.back()->token);
        setup.modules.push_back(one.modules.front());
        setup.modules.back().name = name;
        setup.modules.back().sessions = 1;
        setup.tokens.push_back(one.tokens.front());
    }
    const tests::AgentProcess agent(setup);
    Completions completions(measured_of_each * tokens);
    std::vector<std::thread> threads;
    std::mutex mutex;
    std::exception_ptr failure;
    for (unsigned i = 0; i < clients; ++i)
        threads.emplace_back([&] {
            try {
                sign(agent.socket(), completions);
            } catch (...) {
                const std::lock_guard lock(mutex);
                failure = std::current_exception();
            }
        });
    for (auto& thread : threads)
        thread.join();
    if (failure)
        std::rethrow_exception(failure);
    return completions.result();
}

}  // namespace signet::bench
