#include "agent/module_discovery.h"

#include "agent/unique_descriptor.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <spdlog/spdlog.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <sstream>
#include <system_error>

namespace signet::agent {

namespace {

constexpr std::size_t max_output = std::size_t{64} * 1024;
constexpr std::size_t max_modules = 64;

pid_t start(const std::string& program, int output) {
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

/// What comes from `input` until its end, the deadline or the limit.
std::string read_all(int input, std::chrono::steady_clock::time_point deadline) {
    std::string output;
    std::array<char, 4096> piece{};
    while (output.size() < max_output) {
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
            deadline - std::chrono::steady_clock::now());
        pollfd waiting{input, POLLIN, 0};
        const int ready = ::poll(&waiting, 1, static_cast<int>(std::max<std::int64_t>(0, left.count())));
        if (ready < 0 && errno == EINTR)
            continue;
        if (ready <= 0)
            break;
        const auto size = ::read(input, piece.data(), piece.size());
        if (size <= 0)
            break;
        output.append(piece.data(), static_cast<std::size_t>(size));
    }
    return output;
}

}  // namespace

std::vector<ModuleConfig> discover_modules(const std::string& program, std::chrono::milliseconds limit) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0)
        throw std::system_error(errno, std::generic_category(), "pipe2");
    const UniqueDescriptor input(ends[0]);
    UniqueDescriptor output(ends[1]);
    const pid_t pid = start(program, output.get());
    output.reset();
    const auto lines = read_all(input.get(), std::chrono::steady_clock::now() + limit);
    // It has said what it has to say, or never will.
    ::kill(pid, SIGKILL);
    int status = 0;
    while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    auto modules = parse_module_list(lines);
    if (modules.empty())
        spdlog::warn("p11-kit knows no module; name one in the configuration ([[module]])");
    return modules;
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
