#include "agent/module_discovery.h"

#include "agent/unique_descriptor.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <memory>
#include <sstream>
#include <string_view>
#include <system_error>

namespace signet::agent {

namespace {

constexpr std::size_t max_output = std::size_t{64} * 1024;
constexpr std::size_t max_modules = 64;
constexpr std::string_view last_line = "end\n";

pid_t spawn(const std::string& program, int output) {
    posix_spawn_file_actions_t actions;
    if (const int error = posix_spawn_file_actions_init(&actions); error != 0)
        throw std::system_error(error, std::generic_category(), "posix_spawn_file_actions_init");
    int failed = posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    if (failed == 0)
        failed = posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
    if (failed == 0)
        failed = posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
    std::string name = program;
    std::string option = "--list-modules";
    char* const arguments[] = {name.data(), option.data(), nullptr};
    pid_t pid = -1;
    if (failed == 0)
        failed = posix_spawn(&pid, program.c_str(), &actions, nullptr, arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    if (failed != 0)
        throw std::system_error(failed, std::generic_category(), program);
    return pid;
}

/// `program --list-modules` while it runs; killed and reaped when it is not wanted any more.
class Listing {
  public:
    Listing(asio::io_context& loop, const std::string& program) : m_output(loop), m_end(loop) {
        int ends[2];
        if (::pipe2(ends, O_CLOEXEC) != 0)
            throw std::system_error(errno, std::generic_category(), "pipe2");
        m_output.assign(ends[0]);
        const UniqueDescriptor output(ends[1]);
        m_pid = spawn(program, output.get());
        UniqueDescriptor end(static_cast<int>(::syscall(SYS_pidfd_open, m_pid, 0)));
        if (end)
            m_end.assign(end.release());
    }
    ~Listing() {
        if (m_pid > 0)
            ::kill(m_pid, SIGKILL);
        reap();
    }
    Listing(const Listing&) = delete;
    Listing& operator=(const Listing&) = delete;
    Listing(Listing&&) = delete;
    Listing& operator=(Listing&&) = delete;

    /// What it prints until its end, or until it is too late; whether that was its end.
    asio::awaitable<bool> read(std::string& lines) {
        std::array<char, 4096> piece{};
        while (!m_late && lines.size() < max_output) {
            boost::system::error_code failed;
            auto token = asio::redirect_error(asio::use_awaitable, failed);
            const auto size = co_await m_output.async_read_some(asio::buffer(piece), token);
            if (failed)
                co_return failed == asio::error::eof;
            lines.append(piece.data(), size);
        }
        co_return false;
    }

    /// It has said what it has to say, or never will.
    asio::awaitable<void> end() {
        ::kill(m_pid, SIGKILL);
        boost::system::error_code failed;
        auto token = asio::redirect_error(asio::use_awaitable, failed);
        if (m_end.is_open())
            co_await m_end.async_wait(asio::posix::stream_descriptor::wait_read, token);
        reap();
    }

    void stop() {
        m_late = true;
        m_output.cancel();
    }

  private:
    void reap() {
        while (m_pid > 0 && ::waitpid(m_pid, nullptr, 0) < 0 && errno == EINTR) {
        }
        m_pid = -1;
    }

    asio::posix::stream_descriptor m_output;
    asio::posix::stream_descriptor m_end;
    pid_t m_pid = -1;
    bool m_late = false;
};

}  // namespace

asio::awaitable<DiscoveredModules> discover_modules(asio::io_context& loop, std::string program,
                                                    std::chrono::milliseconds limit) {
    const auto listing = std::make_shared<Listing>(loop, program);
    asio::steady_timer timer(loop, limit);
    timer.async_wait([listing](const boost::system::error_code& cancelled) {
        if (!cancelled)
            listing->stop();
    });
    std::string lines;
    const bool all_read = co_await listing->read(lines);
    timer.cancel();
    co_await listing->end();
    // How it ended says nothing: modules crash at exit, and it may have been killed before it was done.
    const bool complete = all_read && (lines == last_line || lines.ends_with("\n" + std::string(last_line)));
    co_return DiscoveredModules{parse_module_list(lines), complete};
}

std::vector<ModuleConfig> parse_module_list(const std::string& lines) {
    std::vector<ModuleConfig> modules;
    std::istringstream input(lines);
    for (std::string line; std::getline(input, line) && modules.size() < max_modules;) {
        const auto tab = line.find('\t');
        // A last line that was cut off has no newline.
        if (tab == std::string::npos || tab == 0 || input.eof())
            continue;
        ModuleConfig module;
        module.name = line.substr(0, tab);
        module.path = line.substr(tab + 1);
        const bool known = std::any_of(modules.begin(), modules.end(),
                                       [&](const auto& other) { return other.name == module.name; });
        if (module.path.is_absolute() && !known)
            modules.push_back(std::move(module));
    }
    return modules;
}

}  // namespace signet::agent
