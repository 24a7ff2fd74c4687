#include "tests/end_to_end/checked_signing.h"

#include "client/agent_connection.h"
#include "client/content_signer.h"
#include "tests/cms/openssl_cms.h"
#include "tests/fixtures/file.h"

namespace signet::tests {

class CheckedSigning::Checker {
  public:
    explicit Checker(const std::filesystem::path& root)
        : m_root(cms::Certificate::from_pem(read_file(root)).at(0)) {}
    [[nodiscard]] bool accepts(const cms::Bytes& signature, const cms::Bytes& content) const {
        return cms::test::openssl_verify(signature, &content, m_root).has_value();
    }

  private:
    cms::Certificate m_root;
};

CheckedSigning::CheckedSigning(const AgentProcess& agent, const std::filesystem::path& root,
                               const std::vector<std::string>& identities)
    : m_socket(agent.socket()), m_checker(std::make_unique<Checker>(root)) {
    unsigned number = 0;
    for (const std::string& identity : identities)
        m_threads.emplace_back(&CheckedSigning::sign_until_stopped, this, identity, number++);
}

CheckedSigning::~CheckedSigning() {
    stop();
}

void CheckedSigning::sign_until_stopped(const std::string& identity, unsigned number) {
    client::AgentConnection connection(m_socket, {.answer = deadline});
    client::SigningOptions options;
    options.identities = {identity};
    for (std::size_t i = 0; !m_stopping; ++i) {
        const std::string text =
            "Letter " + std::to_string(i) + " of client " + std::to_string(number) + "\n";
        const cms::Bytes content(text.begin(), text.end());
        const auto begin = std::chrono::steady_clock::now();
        try {
            const auto signature = client::sign_detached(connection, options, content).signed_data;
            note_time(std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() -
                                                                            begin));
            if (m_checker->accepts(signature, content))
                ++m_done;
            else
                note("a signature that does not verify: " + text);
        } catch (const client::Error& error) {
            note_time(std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() -
                                                                            begin));
            note_refusal(static_cast<int>(error.exit_status()), error.what());
            // Who is refused does not ask again at once; a thousand refusals would show no more than one.
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
        } catch (const std::exception& error) {
            note(error.what());
            return;
        }
    }
}

void CheckedSigning::note(const std::string& fault) {
    const std::lock_guard lock(m_mutex);
    m_faults.push_back(fault);
}

void CheckedSigning::note_refusal(int status, const std::string& what) {
    const std::lock_guard lock(m_mutex);
    auto& [count, last] = m_refusals[status];
    ++count;
    last = what;
    // No agent, or nothing that was foreseen.
    if (status == 3 || status == 9)
        m_faults.push_back(std::to_string(status) + ": " + what);
}

void CheckedSigning::note_time(std::chrono::milliseconds time) {
    const std::lock_guard lock(m_mutex);
    m_longest = std::max(m_longest, time);
    if (time > deadline)
        m_faults.push_back("a request took " + std::to_string(time.count()) + " ms");
}

std::size_t CheckedSigning::refused(int status) {
    const std::lock_guard lock(m_mutex);
    const auto found = m_refusals.find(status);
    return found == m_refusals.end() ? 0 : found->second.first;
}

std::map<int, std::pair<std::size_t, std::string>> CheckedSigning::refusals() {
    const std::lock_guard lock(m_mutex);
    return m_refusals;
}

std::vector<std::string> CheckedSigning::faults() {
    const std::lock_guard lock(m_mutex);
    return m_faults;
}

std::chrono::milliseconds CheckedSigning::longest() {
    const std::lock_guard lock(m_mutex);
    return m_longest;
}

void CheckedSigning::stop() {
    m_stopping = true;
    for (std::thread& thread : m_threads)
        if (thread.joinable())
            thread.join();
}

}  // namespace signet::tests
