#include "client/commands/token/confirmation.h"

#include <unistd.h>

#include <cerrno>

#include "client/error.h"
#include "client/printable.h"

namespace signet::client::commands {

namespace {

/// Characters of an answer, at most.
constexpr std::size_t max_answer = 4096;

}  // namespace

bool can_ask() noexcept {
    return isatty(STDIN_FILENO) == 1;
}

bool confirms(const std::string& question, const std::string& answer) {
    const std::string shown = printable(question) + ": ";
    static_cast<void>(!write(STDERR_FILENO, shown.data(), shown.size()));
    std::string line;
    for (char c = 0; line.size() <= max_answer;) {
        const ssize_t count = read(STDIN_FILENO, &c, 1);
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            throw from_errno(errno, "cannot read the answer");
        if (count == 0 || c == '\n')
            break;
        line += c;
    }
    return line == answer;
}

}  // namespace signet::client::commands
