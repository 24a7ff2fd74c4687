#include "agent/pin/pinentry_process.h"

#include "agent/error.h"
#include "agent/process_end.h"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <fcntl.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <memory>
#include <system_error>

namespace signet::agent::pin {
namespace {

constexpr std::chrono::seconds time_to_leave{1};

[[noreturn]] void fail(const std::string& program, int error) {
    throw Error(
        protocol::PIN_UNAVAILABLE, "cannot start " + program + ": " + std::generic_category().message(error),
        "install pinentry, set `pin` of the token in the configuration, or use `signet unlock --pin-stdin`");
}

/// The child's side of posix_spawn: descriptors 0 and 1 are the socket, 2 is ours, and no other is open; no
/// signal is blocked or ignored; a session of its own, so that it has no terminal but the one it is told of.
class SpawnPlan {
  public:
    explicit SpawnPlan(int socket) {
        posix_spawn_file_actions_init(&m_actions);
        posix_spawnattr_init(&m_attributes);
        sigset_t none;
        sigemptyset(&none);
        sigset_t defaults;
        sigemptyset(&defaults);
        for (const int signal : {SIGPIPE, SIGCHLD, SIGINT, SIGTERM, SIGHUP})
            sigaddset(&defaults, signal);
        m_error = posix_spawn_file_actions_adddup2(&m_actions, socket, STDIN_FILENO);
        add(posix_spawn_file_actions_adddup2(&m_actions, socket, STDOUT_FILENO));
        add(posix_spawn_file_actions_addclosefrom_np(&m_actions, STDERR_FILENO + 1));
        add(posix_spawnattr_setsigmask(&m_attributes, &none));
        add(posix_spawnattr_setsigdefault(&m_attributes, &defaults));
        add(posix_spawnattr_setflags(
            &m_attributes,
            static_cast<short>(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSID)));
    }
    ~SpawnPlan() {
        posix_spawnattr_destroy(&m_attributes);
        posix_spawn_file_actions_destroy(&m_actions);
    }
    SpawnPlan(const SpawnPlan&) = delete;
    SpawnPlan& operator=(const SpawnPlan&) = delete;

    int run(pid_t& pid, const std::string& program, std::vector<std::string>& environment) {
        if (m_error != 0)
            return m_error;
        std::string name = program;
        std::array<char*, 2> arguments{name.data(), nullptr};
        std::vector<char*> variables;
        variables.reserve(environment.size() + 1);
        for (std::string& variable : environment)
            variables.push_back(variable.data());
        variables.push_back(nullptr);
        return posix_spawnp(&pid, program.c_str(), &m_actions, &m_attributes, arguments.data(),
                            variables.data());
    }

  private:
    void add(int error) {
        if (m_error == 0)
            m_error = error;
    }
    posix_spawn_file_actions_t m_actions{};
    posix_spawnattr_t m_attributes{};
    int m_error = 0;
};

}  // namespace

PinentryProcess::PinentryProcess(const boost::asio::any_io_executor& executor, const std::string& program,
                                 std::vector<std::string> environment)
    : m_exit(executor) {
    std::array<int, 2> ends{-1, -1};
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0)
        fail(program, errno);
    m_socket = ends[0];
    SpawnPlan plan(ends[1]);
    const int error = plan.run(m_pid, program, environment);
    close(ends[1]);
    if (error != 0) {
        close(m_socket);
        fail(program, error);
    }
    // <sys/pidfd.h> of glibc 2.36 lacks its extern "C".
    const int exit = static_cast<int>(syscall(SYS_pidfd_open, m_pid, 0));
    if (exit < 0 || fcntl(m_socket, F_SETFL, O_NONBLOCK) != 0) {
        const int reason = errno;
        if (exit >= 0)
            close(exit);
        close(m_socket);
        kill_and_reap();
        fail(program, reason);
    }
    m_exit.assign(exit);
}

PinentryProcess::~PinentryProcess() {
    if (m_socket >= 0)
        close(m_socket);
    kill_and_reap();
}

int PinentryProcess::take_socket() noexcept {
    return std::exchange(m_socket, -1);
}

void PinentryProcess::ask_to_end() noexcept {
    if (m_pid >= 0)
        kill(-m_pid, SIGTERM);
}

boost::asio::awaitable<void> PinentryProcess::finish() {
    // The handler may still be queued when this coroutine is gone: it reaches the process only through the
    // mark.
    boost::asio::steady_timer timer(m_exit.get_executor(), time_to_leave);
    const auto mark = std::make_shared<PinentryProcess*>(this);
    const std::weak_ptr<PinentryProcess*> watched = mark;
    timer.async_wait([watched](const boost::system::error_code& error) {
        if (const auto process = watched.lock(); process && !error)
            (*process)->m_exit.cancel();
    });
    static_cast<void>(co_await process_ended(m_exit));
    kill_and_reap();
}

void PinentryProcess::kill_and_reap() noexcept {
    if (m_pid < 0)
        return;
    // Its whole group, before the wait: until then the number is still its own.
    kill(-m_pid, SIGKILL);
    kill(m_pid, SIGKILL);
    while (waitpid(m_pid, nullptr, 0) < 0 && errno == EINTR) {
    }
    m_pid = -1;
}

}  // namespace signet::agent::pin
