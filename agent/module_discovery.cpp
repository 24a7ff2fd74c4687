#include "agent/module_discovery.h"

#include "agent/process_end.h"
#include "agent/token_process.h"
#include "agent/unique_descriptor.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>
#include <sstream>
#include <string_view>
#include <system_error>

namespace signet::agent {

namespace {

constexpr std::size_t max_output = std::size_t{64} * 1024;
constexpr std::size_t max_modules = 64;
constexpr std::string_view last_line = "end\n";

bool is_complete(const std::string& lines) {
    return lines == last_line || lines.ends_with("\n" + std::string(last_line));
}

}  // namespace

/// `program --list-modules` while it runs; killed and reaped when it is not wanted any more.
class ModuleDiscovery::Listing {
  public:
    Listing(asio::io_context& loop, const std::string& program) : Listing(loop, program, Pipe()) {}

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
            // What a module leaves running may hold the other end for ever.
            if (is_complete(lines))
                co_return true;
        }
        co_return false;
    }

    /// It has said what it has to say, or never will.
    asio::awaitable<void> end() {
        m_process.kill();
        static_cast<void>(co_await process_ended(m_end));
        m_process.reap();
    }

    void stop() {
        m_late = true;
        m_output.cancel();
    }

  private:
    struct Pipe {
        Pipe() {
            int ends[2];
            if (::pipe2(ends, O_CLOEXEC) != 0)
                throw std::system_error(errno, std::generic_category(), "pipe2");
            ours = UniqueDescriptor(ends[0]);
            theirs = UniqueDescriptor(ends[1]);
        }
        UniqueDescriptor ours;
        UniqueDescriptor theirs;
    };
    Listing(asio::io_context& loop, const std::string& program, Pipe pipe)
        : m_process({.program = program, .options = {"--list-modules"}, .output = pipe.theirs.get()}),
          m_output(loop, pipe.ours.release()),
          m_end(loop, ::fcntl(m_process.pidfd(), F_DUPFD_CLOEXEC, 0)) {}

    TokenProcess m_process;
    asio::posix::stream_descriptor m_output;
    asio::posix::stream_descriptor m_end;
    bool m_late = false;
};

ModuleDiscovery::ModuleDiscovery(asio::io_context& loop, std::string program, std::chrono::milliseconds limit)
    : m_loop(loop), m_program(std::move(program)), m_limit(limit) {}

asio::awaitable<DiscoveredModules> ModuleDiscovery::run() {
    if (m_stopped)
        co_return DiscoveredModules{};
    const auto listing = std::make_shared<Listing>(m_loop, m_program);
    m_listing = listing;
    asio::steady_timer timer(m_loop, m_limit);
    timer.async_wait([listing](const boost::system::error_code& cancelled) {
        if (!cancelled)
            listing->stop();
    });
    std::string lines;
    const bool all_read = co_await listing->read(lines);
    timer.cancel();
    co_await listing->end();
    // How it ended says nothing: modules crash at exit, and it may have been killed before it was done.
    const bool complete = all_read && is_complete(lines);
    co_return DiscoveredModules{parse_module_list(lines), complete};
}

void ModuleDiscovery::stop() {
    m_stopped = true;
    if (const auto listing = m_listing.lock())
        listing->stop();
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
