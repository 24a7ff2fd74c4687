#include "tests/end_to_end/sign_load.h"

#include "tests/fixtures/file.h"

#include <exception>

namespace signet::tests {

SignLoad::SignLoad(const AgentProcess& agent, const std::vector<std::string>& identities) : m_agent(agent) {
    write_file(m_folder / "content", "All is well.\n");
    int number = 0;
    for (const std::string& identity : identities)
        m_threads.emplace_back(&SignLoad::sign_until_stopped, this, identity, number++);
}

SignLoad::~SignLoad() {
    stop();
}

void SignLoad::sign_until_stopped(const std::string& identity, int number) {
    for (int i = 0; !m_stopping; ++i) {
        const std::string out = "client" + std::to_string(number) + "-" + std::to_string(i) + ".p7s";
        std::string failure;
        try {
            const ProcessResult result =
                m_agent.signet({"sign", "-k", identity, "-o", out, "content"},
                               {.folder = m_folder.path(), .timeout = std::chrono::seconds(60)});
            if (result.status != 0)
                failure = out + ": " + std::to_string(result.status) + ": " + result.err;
        } catch (const std::exception& error) {
            failure = error.what();
        }
        if (failure.empty()) {
            ++m_done;
        } else {
            const std::lock_guard lock(m_mutex);
            m_failures.push_back(failure);
        }
    }
}

std::vector<std::string> SignLoad::failures() {
    const std::lock_guard lock(m_mutex);
    return m_failures;
}

void SignLoad::stop() {
    m_stopping = true;
    for (std::thread& thread : m_threads)
        if (thread.joinable())
            thread.join();
}

std::vector<std::string> SignLoad::bad_signatures(const std::filesystem::path& root) const {
    std::vector<std::string> bad;
    std::size_t checked = 0;
    for (const auto& entry : std::filesystem::directory_iterator(m_folder.path())) {
        if (entry.path().extension() != ".p7s")
            continue;
        ++checked;
        if (run({"openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", entry.path(), "-content",
                 "content", "-CAfile", root, "-out", "/dev/null"},
                {.folder = m_folder.path()})
                .status != 0)
            bad.push_back(entry.path().filename());
    }
    if (checked != m_done)
        bad.push_back(std::to_string(m_done) + " signatures, but " + std::to_string(checked) + " files");
    return bad;
}

}  // namespace signet::tests
