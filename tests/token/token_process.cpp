#include "tests/token/token_process.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <system_error>
#include <thread>

#include "tests/fixtures/file.h"
#include "token/protocol/datagram.h"

namespace signet::tests {

namespace {

constexpr int longest_wait_seconds = 30;

[[noreturn]] void fail(const char* what) {
    throw std::system_error(errno, std::generic_category(), what);
}

/// "NAME=VALUE" for each, and the pointers that execve wants.
class Envp {
  public:
    explicit Envp(const Environment& environment) {
        Environment all = minimal_environment();
        for (const auto& [name, value] : environment)
            all[name] = value;
        for (const auto& [name, value] : all)
            m_texts.emplace_back(name).append("=").append(value);
        for (std::string& text : m_texts)
            m_pointers.push_back(text.data());
        m_pointers.push_back(nullptr);
    }
    [[nodiscard]] char** get() noexcept { return m_pointers.data(); }

  private:
    std::vector<std::string> m_texts;
    std::vector<char*> m_pointers;
};

/// In the child: only what may be called after fork.
[[noreturn]] void become_token(int channel, int log, char** envp) noexcept {
    char name[] = SIGNET_TOKEN_PROGRAM;
    std::array<char*, 2> argv = {name, nullptr};
    // Away from the numbers that are about to be taken.
    const int far_channel = fcntl(channel, F_DUPFD, 10);
    const int far_log = fcntl(log, F_DUPFD, 10);
    if (far_channel >= 0 && far_log >= 0 && dup2(far_log, 1) >= 0 && dup2(far_log, 2) >= 0 &&
        dup2(far_channel, token::protocol::channel_descriptor) >= 0)
        execve(name, argv.data(), envp);
    _exit(127);
}

}  // namespace

TokenProcess::TokenProcess(const Environment& environment) {
    Envp envp(environment);
    std::array<int, 2> ends{};
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) != 0)
        fail("socketpair");
    const timeval timeout{longest_wait_seconds, 0};
    setsockopt(ends[0], SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
    const int log = open((m_folder / "log").c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    m_channel = ends[0];
    m_pid = fork();
    if (m_pid == 0)
        become_token(ends[1], log, envp.get());
    close(ends[1]);
    close(log);
    if (m_pid < 0)
        fail("fork");
}

TokenProcess::~TokenProcess() {
    close_channel();
    if (!wait(std::chrono::seconds(10))) {
        kill(m_pid, SIGKILL);
        waitpid(m_pid, nullptr, 0);
    }
}

std::vector<protocol::Reply> TokenProcess::replies(protocol::Request request) {
    request.set_id(m_next_id++);
    send(request.SerializeAsString());
    std::vector<protocol::Reply> all;
    do {
        auto next = receive();
        if (!next)
            throw std::runtime_error("signet-token is gone: " + log());
        if (next->id() != request.id())
            throw std::runtime_error("a reply with another id");
        all.push_back(std::move(*next));
    } while (all.back().more());
    return all;
}

protocol::Reply TokenProcess::reply(const protocol::Request& request) {
    auto all = replies(request);
    if (all.size() != 1)
        throw std::runtime_error("more replies than one");
    return std::move(all.front());
}

protocol::Reply TokenProcess::load(const std::string& module, unsigned sessions,
                                   const std::string& init_args) {
    protocol::Request request;
    request.mutable_load()->set_path(module);
    request.mutable_load()->set_init_args(init_args);
    request.mutable_load()->set_sessions(sessions);
    // A busy machine is no module that hangs.
    request.mutable_load()->set_longest_look(10'000);
    return reply(request);
}

void TokenProcess::send(std::string_view datagram) const {
    if (::send(m_channel, datagram.data(), datagram.size(), MSG_NOSIGNAL) < 0)
        fail("send");
}

std::optional<protocol::Reply> TokenProcess::receive() const {
    std::string datagram(token::protocol::max_datagram, '\0');
    const ssize_t size = recv(m_channel, datagram.data(), datagram.size(), 0);
    if (size < 0 && errno != ECONNRESET)
        fail("recv");
    if (size <= 0)
        return std::nullopt;
    protocol::Reply reply;
    if (!reply.ParseFromArray(datagram.data(), static_cast<int>(size)))
        throw std::runtime_error("not a reply");
    return reply;
}

void TokenProcess::close_channel() noexcept {
    if (m_channel >= 0)
        close(m_channel);
    m_channel = -1;
}

std::optional<int> TokenProcess::wait(std::chrono::milliseconds timeout) {
    const auto end = std::chrono::steady_clock::now() + timeout;
    while (!m_status) {
        int status = 0;
        if (waitpid(m_pid, &status, WNOHANG) == m_pid)
            m_status = status;
        else if (std::chrono::steady_clock::now() > end)
            return std::nullopt;
        else
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    return m_status;
}

std::string TokenProcess::log() const {
    return read_file(m_folder / "log");
}

std::string digest_of(protocol::Hash hash, std::string_view text) {
    const EVP_MD* algorithm = hash == protocol::HASH_SHA256   ? EVP_sha256()
                              : hash == protocol::HASH_SHA384 ? EVP_sha384()
                              : hash == protocol::HASH_SHA512 ? EVP_sha512()
                                                              : EVP_sha1();
    std::string digest(EVP_MAX_MD_SIZE, '\0');
    unsigned size = 0;
    if (EVP_Digest(text.data(), text.size(), reinterpret_cast<unsigned char*>(digest.data()), &size,
                   algorithm, nullptr) != 1)
        throw std::runtime_error("EVP_Digest");
    digest.resize(size);
    return digest;
}

}  // namespace signet::tests
