// The agent as a service manager starts it: its socket and its credentials given, its readiness told.
#include "tests/end_to_end/session.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <utility>

using namespace signet::tests;

namespace {

/// A Unix socket of `type`, bound to `path`. The caller closes it.
int bound_socket(int type, const std::filesystem::path& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::string name = path.string();
    REQUIRE(name.size() < sizeof address.sun_path);
    std::memcpy(address.sun_path, name.c_str(), name.size() + 1);
    const int made = ::socket(AF_UNIX, type | SOCK_CLOEXEC, 0);
    REQUIRE(::bind(made, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    return made;
}

/// A process of the agent as systemd(1) makes it: sd_listen_fds(3), sd_notify(3), CREDENTIALS_DIRECTORY.
class ServiceProcess {
  public:
    ServiceProcess(const AgentFolder& folder, int listening) {
        auto environment = minimal_environment();
        for (const auto& [name, value] : folder.environment())
            environment[name] = value;
        environment["NOTIFY_SOCKET"] = folder.path() / "notify";
        environment["CREDENTIALS_DIRECTORY"] = folder.path() / "credentials";
        environment["LISTEN_FDS"] = "1";
        m_pid = ::fork();
        if (m_pid != 0)
            return;
        for (const auto& [name, value] : environment)
            ::setenv(name.c_str(), value.c_str(), 1);
        ::setenv("LISTEN_PID", std::to_string(::getpid()).c_str(), 1);
        const auto agent = program("signet-agent");
        const auto configuration = folder.configuration();
        // A copy does not close at exec; where it is the third already, nothing is copied.
        if (::dup2(listening, 3) == 3)
            ::execl(agent.c_str(), agent.c_str(), "--config", configuration.c_str(), nullptr);
        ::_exit(127);
    }
    ~ServiceProcess() {
        if (m_pid > 0) {
            ::kill(m_pid, SIGKILL);
            ::waitpid(m_pid, nullptr, 0);
        }
    }
    ServiceProcess(const ServiceProcess&) = delete;
    ServiceProcess& operator=(const ServiceProcess&) = delete;

    /// SIGTERM, then its exit status.
    int terminate() {
        ::kill(m_pid, SIGTERM);
        int status = 0;
        ::waitpid(std::exchange(m_pid, -1), &status, 0);
        return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    }

  private:
    pid_t m_pid = -1;
};

/// What the agent tells next; empty if nothing for 60 seconds.
std::string told(int notify) {
    const timeval patience{60, 0};
    ::setsockopt(notify, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    std::array<char, 256> message{};
    const auto size = ::recv(notify, message.data(), message.size(), 0);
    return size > 0 ? std::string(message.data(), static_cast<std::size_t>(size)) : std::string();
}

}  // namespace

TEST_CASE("a service manager passes the socket and the PIN, and is told when the agent is ready and stops") {
    Alice alice({KeyType::p256});
    const AgentFolder folder;
    write_file(folder.configuration(),
               folder.configuration_of(AgentSetup::of(alice.token(), "credential:card-pin")));
    const auto credentials = folder.path() / "credentials";
    std::filesystem::create_directory(credentials);
    write_file(credentials / "card-pin", SoftHsmToken::default_pin_line);
    std::filesystem::permissions(credentials / "card-pin", std::filesystem::perms::owner_read);

    const int notify = bound_socket(SOCK_DGRAM, folder.path() / "notify");
    // High up, so that the child's third is a copy.
    const int low = bound_socket(SOCK_STREAM, folder.socket());
    const int listening = ::fcntl(low, F_DUPFD_CLOEXEC, 100);
    ::close(low);
    REQUIRE(::listen(listening, 16) == 0);
    ServiceProcess agent(folder, listening);
    CHECK(told(notify) == "READY=1");

    write_file(folder.path() / "report.txt", "All is well.\n");
    const auto signet = [&](const Arguments& arguments) {
        return run_signet(folder, arguments, {.folder = folder.path()});
    };
    check_done(signet({"sign", "report.txt"}));
    check_done(signet({"verify", "--trust", alice.ca().root(), "report.txt.p7s"}));
    CHECK(agent.terminate() == 0);
    CHECK(told(notify) == "STOPPING=1");
    // It is the service manager's.
    CHECK(std::filesystem::is_socket(folder.socket()));
    ::close(listening);
    ::close(notify);
}
