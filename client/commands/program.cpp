#include "client/commands/program.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <exception>
#include <new>
#include <utility>

#include "client/output_file.h"
#include "client/printable.h"

namespace signet::client::commands {

namespace {

/// What cannot be said to stderr cannot be said at all.
void to_stderr(std::string_view text) noexcept {
    while (!text.empty()) {
        const ssize_t count = write(STDERR_FILENO, text.data(), text.size());
        if (count < 0 && errno != EINTR)
            return;
        if (count > 0)
            text.remove_prefix(static_cast<std::size_t>(count));
    }
}

/// Else a file or the agent's socket would get the number of one that is closed, and what goes to standard
/// output would go there. What is held here fails as a closed one does.
void hold_standard_descriptors() {
    for (const auto& [descriptor, mode] :
         {std::pair{STDIN_FILENO, O_WRONLY}, {STDOUT_FILENO, O_RDONLY}, {STDERR_FILENO, O_RDONLY}}) {
        const bool closed = fcntl(descriptor, F_GETFD) < 0;
        if (closed && open("/dev/null", mode | O_NOCTTY) != descriptor)
            throw from_errno(errno, "cannot open /dev/null");
    }
}

int report(const Error& error) {
    to_stderr(error_line(error));
    return static_cast<int>(error.exit_status());
}

}  // namespace

Arguments arguments_of(int argc, char** argv) {
    return argc > 1 ? Arguments(argv + 1, argv + argc) : Arguments();
}

int run_program(const std::function<ExitStatus()>& body) noexcept {
    try {
        hold_standard_descriptors();
        // A write that fails is an error to report, and temporary files to remove.
        for (const int number : {SIGPIPE, SIGXFSZ})
            std::signal(number, SIG_IGN);  // NOLINT(performance-no-int-to-ptr): SIG_IGN is defined so
        return static_cast<int>(body());
    } catch (const BrokenPipe&) {
        return static_cast<int>(ExitStatus::other);
    } catch (const Error& error) {
        return report(error);
    } catch (const cms::Error& error) {
        return report(from_cms(error, "cannot go on"));
    } catch (const std::bad_alloc&) {
        to_stderr("signet: cannot go on: not enough memory; try with smaller input\n");
    } catch (const std::exception& error) {
        return report(Error(ExitStatus::other, "cannot go on", error.what()));
    } catch (...) {
        to_stderr("signet: cannot go on: an unknown exception\n");
    }
    return static_cast<int>(ExitStatus::other);
}

void print(std::string_view text) {
    OutputFile("-", Privacy::shared).write(cms::as_bytes(text));
}

void warn(std::string_view text) noexcept {
    to_stderr("signet: warning: " + printable(text) + "\n");
}

void warn_all(const std::vector<std::string>& texts) noexcept {
    for (const std::string& text : texts)
        warn(text);
}

}  // namespace signet::client::commands
