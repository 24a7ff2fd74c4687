#include "agent/token_process.h"

#include "agent/error.h"
#include "token/protocol/datagram.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <cerrno>
#include <csignal>
#include <filesystem>
#include <system_error>
#include <vector>

namespace signet::agent {

namespace {

void check(int error, const char* what) {
    if (error != 0)
        throw std::system_error(error, std::generic_category(), what);
}

class FileActions {
  public:
    FileActions() { check(posix_spawn_file_actions_init(&m_actions), "posix_spawn_file_actions_init"); }
    ~FileActions() { posix_spawn_file_actions_destroy(&m_actions); }
    FileActions(const FileActions&) = delete;
    FileActions& operator=(const FileActions&) = delete;
    [[nodiscard]] posix_spawn_file_actions_t* get() noexcept { return &m_actions; }

  private:
    posix_spawn_file_actions_t m_actions{};
};

class Attributes {
  public:
    Attributes() { check(posix_spawnattr_init(&m_attributes), "posix_spawnattr_init"); }
    ~Attributes() { posix_spawnattr_destroy(&m_attributes); }
    Attributes(const Attributes&) = delete;
    Attributes& operator=(const Attributes&) = delete;
    [[nodiscard]] posix_spawnattr_t* get() noexcept { return &m_attributes; }

  private:
    posix_spawnattr_t m_attributes{};
};

/// What is for the agent alone: its service manager's socket and credentials (PINs may be among them).
bool stays_here(const std::string& variable) {
    return variable == "NOTIFY_SOCKET" || variable == "CREDENTIALS_DIRECTORY" ||
           variable == "WATCHDOG_USEC" || variable == "WATCHDOG_PID";
}

std::vector<std::string> merged_environment(const std::map<std::string, std::string>& changes) {
    std::vector<std::string> merged;
    for (char** entry = environ; *entry != nullptr; ++entry) {
        const std::string text = *entry;
        const auto name = text.substr(0, text.find('='));
        if (!changes.contains(name) && !stays_here(name))
            merged.push_back(text);
    }
    for (const auto& [name, value] : changes)
        merged.emplace_back(name).append("=").append(value);
    return merged;
}

/// For exec: the texts must live until then.
std::vector<char*> pointers_to(std::vector<std::string>& texts) {
    std::vector<char*> pointers;
    pointers.reserve(texts.size() + 1);
    for (auto& text : texts)
        pointers.push_back(text.data());
    pointers.push_back(nullptr);
    return pointers;
}

pid_t spawn(const TokenProcess::Plan& plan) {
    FileActions actions;
    check(posix_spawn_file_actions_addopen(actions.get(), STDIN_FILENO, "/dev/null", O_RDONLY, 0),
          "posix_spawn_file_actions_addopen");
    const int output = plan.output < 0 ? STDERR_FILENO : plan.output;
    check(posix_spawn_file_actions_adddup2(actions.get(), output, STDOUT_FILENO),
          "posix_spawn_file_actions_adddup2");
    int first_closed = STDERR_FILENO + 1;
    if (plan.channel >= 0) {
        check(posix_spawn_file_actions_adddup2(actions.get(), plan.channel,
                                               token::protocol::channel_descriptor),
              "posix_spawn_file_actions_adddup2");
        first_closed = token::protocol::channel_descriptor + 1;
    }
    check(posix_spawn_file_actions_addclosefrom_np(actions.get(), first_closed),
          "posix_spawn_file_actions_addclosefrom_np");

    // A group of its own: Ctrl-C is for the agent, which finishes what is in flight first.
    Attributes attributes;
    sigset_t none;
    sigset_t all;
    sigemptyset(&none);
    sigfillset(&all);
    check(posix_spawnattr_setsigmask(attributes.get(), &none), "posix_spawnattr_setsigmask");
    check(posix_spawnattr_setsigdefault(attributes.get(), &all), "posix_spawnattr_setsigdefault");
    check(posix_spawnattr_setpgroup(attributes.get(), 0), "posix_spawnattr_setpgroup");
    check(posix_spawnattr_setflags(attributes.get(),
                                   POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP),
          "posix_spawnattr_setflags");

    auto environment = merged_environment(plan.environment);
    auto arguments = plan.options;
    arguments.insert(arguments.begin(), plan.program);
    pid_t pid = -1;
    check(posix_spawn(&pid, plan.program.c_str(), actions.get(), attributes.get(),
                      pointers_to(arguments).data(), pointers_to(environment).data()),
          plan.program.c_str());
    return pid;
}

}  // namespace

std::string token_program() {
    std::error_code failed;
    const auto self = std::filesystem::read_symlink("/proc/self/exe", failed);
    if (!failed) {
        const auto folder = self.parent_path();
        for (const auto& candidate : {folder / "signet-token", folder / SIGNET_LIBEXEC / "signet-token"}) {
            if (::access(candidate.c_str(), X_OK) == 0)
                return candidate.string();
        }
    }
    throw Error(protocol::INTERNAL, "signet-token is neither beside signet-agent nor in " SIGNET_LIBEXEC,
                "install Signet completely");
}

TokenProcess::TokenProcess(const Plan& plan) : m_pid(spawn(plan)) {
    // Not pidfd_open(): the header of glibc 2.36 declares it without C linkage.
    m_pidfd = UniqueDescriptor(static_cast<int>(::syscall(SYS_pidfd_open, m_pid, 0)));
    if (!m_pidfd) {
        const int error = errno;
        kill();
        reap();
        throw std::system_error(error, std::generic_category(), "pidfd_open");
    }
}

TokenProcess::~TokenProcess() {
    kill();
    reap();
}

void TokenProcess::kill() noexcept {
    // Not reaped yet, so the number is still its own.
    if (!m_reaped) {
        ::kill(-m_pid, SIGKILL);
        ::kill(m_pid, SIGKILL);
    }
}

std::string TokenProcess::reap() {
    if (m_reaped)
        return "ended";
    int status = 0;
    pid_t ended = -1;
    do {
        ended = ::waitpid(m_pid, &status, 0);
    } while (ended < 0 && errno == EINTR);
    m_reaped = true;
    if (ended < 0)
        return "ended";
    if (WIFSIGNALED(status))
        return "was killed by signal " + std::to_string(WTERMSIG(status));
    return "ended with status " + std::to_string(WEXITSTATUS(status));
}

}  // namespace signet::agent
