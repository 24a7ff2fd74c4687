// The agent as a service manager starts it: its socket and its credentials given, its readiness told.
#include "tests/end_to_end/session.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <cstring>
#include <memory>
#include <optional>

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
        auto environment = folder.environment();
        environment["NOTIFY_SOCKET"] = folder.path() / "notify";
        environment["CREDENTIALS_DIRECTORY"] = folder.path() / "credentials";
        environment["LISTEN_FDS"] = "1";
        // Only the process itself knows its id before exec.
        m_process = std::make_unique<BackgroundProcess>(
            Arguments{"sh", "-c", "export LISTEN_PID=$$; exec \"$0\" \"$@\"", program("signet-agent"),
                      "--config", folder.configuration()},
            RunOptions{.environment = environment, .descriptors = {{3, listening}}});
    }

    /// SIGTERM, then its exit status; none if it does not end.
    std::optional<int> terminate() {
        m_process->signal(SIGTERM);
        return m_process->wait(std::chrono::seconds(60));
    }

  private:
    std::unique_ptr<BackgroundProcess> m_process;
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
    const int listening = bound_socket(SOCK_STREAM, folder.socket());
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
