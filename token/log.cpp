#include "token/log.h"

#include <unistd.h>

#include <algorithm>
#include <mutex>
#include <set>

namespace signet::token {

namespace {

/// Lines that are remembered at once.
constexpr std::size_t max_remembered = 256;

std::string line_of(std::string_view text, std::string_view more, std::string_view still_more) {
    std::string line = "signet-token: ";
    line.append(text).append(more).append(still_more);
    std::replace_if(
        line.begin(), line.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; },
        '?');
    line += '\n';
    return line;
}

void write_line(const std::string& line) {
    // Nobody is left to tell if this fails.
    [[maybe_unused]] const ssize_t written = write(STDERR_FILENO, line.data(), line.size());
}

}  // namespace

void log_line(std::string_view text, std::string_view more, std::string_view still_more) {
    write_line(line_of(text, more, still_more));
}

void log_line_once(std::string_view text, std::string_view more, std::string_view still_more) {
    static std::mutex mutex;
    static std::set<std::string> written;
    const std::string line = line_of(text, more, still_more);
    {
        const std::lock_guard lock(mutex);
        if (written.size() >= max_remembered)
            written.clear();
        if (!written.insert(line).second)
            return;
    }
    write_line(line);
}

}  // namespace signet::token
