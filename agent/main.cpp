// signet-agent: the command line.
#include "agent/daemon.h"
#include "agent/error.h"
#include "agent/protocol/status.h"
#include "agent/token_description.h"
#include "agent/version.h"

#include <fcntl.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>
#include <boost/program_options.hpp>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <memory>
#include <string>

namespace {

namespace options = boost::program_options;
using signet::agent::protocol::ExitStatus;

/// One line, whatever a library put into `why`.
int fail(ExitStatus status, const std::string& what, std::string why, const std::string& advice) {
    std::replace_if(
        why.begin(), why.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
    std::cerr << "signet-agent: " << what << ": " << why << (advice.empty() ? "" : "; " + advice)
              << std::endl;
    return static_cast<int>(status);
}

/// Whoever started us with one of these closed would find something of ours there, and give it to children.
void fill_standard_descriptors() {
    int descriptor = 0;
    do {
        descriptor = ::open("/dev/null", O_RDWR);
    } while (descriptor >= 0 && descriptor <= STDERR_FILENO);
    if (descriptor >= 0)
        ::close(descriptor);
}

/// PINs live in this process: nobody of the same uid may look into it, and it leaves no core.
void protect_memory() {
    const rlimit none{0, 0};
    if (::setrlimit(RLIMIT_CORE, &none) != 0 || ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
        throw std::system_error(errno, std::generic_category(), "core dumps cannot be switched off");
}

void raise_descriptor_limit() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return;
    // Fewer connections then; the listener copes.
    limit.rlim_cur = std::min<rlim_t>(limit.rlim_max, 4096);
    static_cast<void>(::setrlimit(RLIMIT_NOFILE, &limit));
}

/// A message on one line, whatever a token or a module has called itself.
class OneLine final : public spdlog::custom_flag_formatter {
  public:
    void format(const spdlog::details::log_msg& message, const std::tm&, spdlog::memory_buf_t& out) override {
        const auto line = signet::agent::utf8_of({message.payload.data(), message.payload.size()});
        out.append(line.data(), line.data() + line.size());
    }
    [[nodiscard]] std::unique_ptr<spdlog::custom_flag_formatter> clone() const override {
        return std::make_unique<OneLine>();
    }
};

void log_to_stderr() {
    auto logger = spdlog::stderr_logger_mt("signet-agent");
    auto formatter = std::make_unique<spdlog::pattern_formatter>();
    // The journal has its own clock.
    formatter->add_flag<OneLine>('*').set_pattern(
        std::getenv("JOURNAL_STREAM") != nullptr ? "%l: %*" : "%Y-%m-%d %H:%M:%S.%e %l: %*");
    logger->set_formatter(std::move(formatter));
    logger->flush_on(spdlog::level::info);
    spdlog::set_default_logger(std::move(logger));
}

int run(const signet::agent::DaemonOptions& chosen) {
    using namespace signet::agent;
    try {
        fill_standard_descriptors();
        protect_memory();
        raise_descriptor_limit();
        log_to_stderr();
        std::signal(SIGPIPE, SIG_IGN);
        // A log that may not grow any more is an error of a write, not the end.
        std::signal(SIGXFSZ, SIG_IGN);
        // Who starts us may ignore it: then the kernel reaps children, and their numbers are not ours any
        // more.
        std::signal(SIGCHLD, SIG_DFL);
        Daemon daemon(chosen);
        daemon.run();
        return static_cast<int>(ExitStatus::done);
    } catch (const ConfigError& error) {
        return fail(ExitStatus::usage, "cannot read the configuration", error.what(), error.advice());
    } catch (const NoModule& error) {
        return fail(ExitStatus::token, "cannot load a module", error.what(),
                    "mend its path in the configuration");
    } catch (const Error& error) {
        return fail(ExitStatus::other, "cannot start", error.what(), error.advice());
    } catch (const std::exception& error) {
        return fail(ExitStatus::other, "cannot go on", error.what(), "");
    }
}

int check_config(const signet::agent::DaemonOptions& chosen) {
    try {
        // PINs are read, if only to see that they can be.
        protect_memory();
        signet::agent::check_files(*signet::agent::read_config(chosen));
    } catch (const signet::agent::ConfigError& error) {
        return fail(ExitStatus::usage, "cannot use the configuration", error.what(), error.advice());
    } catch (const std::exception& error) {
        return fail(ExitStatus::other, "cannot check the configuration", error.what(), "");
    }
    std::cout << "the configuration is good" << std::endl;
    return static_cast<int>(ExitStatus::done);
}

}  // namespace

int main(int argc, char** argv) {
    options::options_description known("Options");
    known.add_options()                                                                            //
        ("config", options::value<std::string>()->value_name("FILE"), "the configuration (TOML)")  //
        ("socket", options::value<std::string>()->value_name("PATH"),
         "where clients connect, whatever the configuration says")  //
        ("check-config",
         "say whether the configuration is good, files with PINs and certificates included, and a pinentry "
         "that is named by its path, and do nothing else: modules are not loaded")  //
        ("help", "this text")                                                       //
        ("version", "the version");
    options::variables_map given;
    try {
        const auto style =
            options::command_line_style::unix_style & ~options::command_line_style::allow_guessing;
        const auto parsed = options::command_line_parser(argc, argv)
                                .options(known)
                                .positional(options::positional_options_description())
                                .style(style)
                                .run();
        options::store(parsed, given);
    } catch (const options::error& error) {
        return fail(ExitStatus::usage, "cannot read the command line", error.what(),
                    "see signet-agent --help");
    }
    if (given.contains("help")) {
        std::cout << "usage: signet-agent [OPTION]...\n\nHolds the PINs, and signs and opens with keys on "
                     "tokens for "
                     "its own user.\n\n"
                  << known;
        return 0;
    }
    if (given.contains("version")) {
        std::cout << "signet-agent " << signet::agent::version << std::endl;
        return 0;
    }
    signet::agent::DaemonOptions chosen;
    if (given.contains("config"))
        chosen.config = given["config"].as<std::string>();
    if (given.contains("socket"))
        chosen.socket = given["socket"].as<std::string>();
    return given.contains("check-config") ? check_config(chosen) : run(chosen);
}
