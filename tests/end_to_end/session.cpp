#include "tests/end_to_end/session.h"

#include <algorithm>
#include <sstream>
#include <thread>

namespace signet::tests {

Session::Session(const std::vector<KeyType>& types, TestCa::Levels levels)
    : m_alice(types, levels), m_agent(AgentSetup::of(m_alice.token())) {}

std::vector<std::string> Session::files() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(m_folder.path()))
        names.push_back(entry.path().filename());
    std::sort(names.begin(), names.end());
    return names;
}

ProcessResult Session::signet(const Arguments& arguments, std::optional<std::string> stdin_text) const {
    ProcessResult result =
        m_agent.signet(arguments, {.stdin_text = std::move(stdin_text), .folder = m_folder.path()});
    // No agent, no token, or what is not foreseen: if that was not meant, the agent knows more.
    if (result.status == 3 || result.status == 6 || result.status >= 9)
        UNSCOPED_INFO("the agent's log:\n" << m_agent.log());
    return result;
}

ProcessResult Session::openssl(const Arguments& arguments, std::optional<std::string> stdin_text) const {
    Arguments argv{"openssl"};
    argv.insert(argv.end(), arguments.begin(), arguments.end());
    return run(argv, {.stdin_text = std::move(stdin_text), .folder = m_folder.path()});
}

ProcessResult Session::openssl_verify(const std::string& signature, const std::string& content) {
    return openssl({"cms", "-verify", "-binary", "-inform", "DER", "-in", signature, "-content", content,
                    "-CAfile", root(), "-purpose", "smimesign", "-out", "/dev/null"});
}

std::size_t audit_records(const AgentProcess& agent, const std::string& operation, const std::string& outcome,
                          const std::string& text) {
    std::istringstream log(read_file(agent.audit()));
    std::size_t count = 0;
    for (std::string line; std::getline(log, line);)
        if (line.find("\"operation\":\"" + operation + "\"") != std::string::npos &&
            line.find("\"outcome\":\"" + outcome + "\"") != std::string::npos &&
            line.find(text) != std::string::npos)
            ++count;
    return count;
}

SoftwareIdentity software_identity(TestCa& ca, KeyType type, const std::filesystem::path& folder,
                                   const std::string& name) {
    SoftwareIdentity identity;
    identity.key = folder / (name + "-key.pem");
    identity.email = name + "@example.org";
    const std::string public_key = make_software_key(type, identity.key);
    identity.certificate = ca.issue({.public_key_pem = public_key,
                                     .common_name = name,
                                     .email = identity.email,
                                     .key_usage = mail_key_usage(type)})
                               .pem;
    return identity;
}

bool wait_until(const std::function<bool()>& condition, std::chrono::milliseconds timeout) {
    const auto deadline = std::chrono::steady_clock::now() + timeout;
    while (!condition()) {
        if (std::chrono::steady_clock::now() > deadline)
            return false;
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    return true;
}

void check_refused(const ProcessResult& result, int status) {
    CAPTURE(result.err);
    CHECK(result.status == status);
    CHECK(result.err.rfind("signet: ", 0) == 0);
    CHECK(count_lines(result.err) == 1);
    CHECK((!result.err.empty() && result.err.back() == '\n'));
}

void check_done(const ProcessResult& result) {
    CAPTURE(result.out, result.err);
    CHECK(result.status == 0);
}

}  // namespace signet::tests
