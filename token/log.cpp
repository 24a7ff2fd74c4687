#include "token/log.h"

#include <unistd.h>

#include <algorithm>

namespace signet::token {

void log_line(std::string_view text, std::string_view more, std::string_view still_more) {
    std::string line = "signet-token: ";
    line.append(text).append(more).append(still_more);
    std::replace_if(
        line.begin(), line.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; },
        '?');
    line += '\n';
    // Nobody is left to tell if this fails.
    [[maybe_unused]] const ssize_t written = write(STDERR_FILENO, line.data(), line.size());
}

}  // namespace signet::token
