#include "client/mail/line_ends.h"

#include <algorithm>

namespace signet::client::mail {

LineEnds line_ends_of(std::string_view text) noexcept {
    const auto lf = text.find('\n');
    return lf != std::string_view::npos && lf > 0 && text[lf - 1] == '\r' ? LineEnds::crlf : LineEnds::lf;
}

std::string to_crlf(std::string_view text) {
    const auto line_feeds = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
    std::string result;
    result.reserve(text.size() + line_feeds);
    char before = 0;
    for (const char c : text) {
        if (c == '\n' && before != '\r') {
            result.push_back('\r');
        }
        result.push_back(c);
        before = c;
    }
    return result;
}

std::string to_lf(std::string_view text) {
    std::string result;
    result.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\r' && i + 1 < text.size() && text[i + 1] == '\n') {
            continue;
        }
        result.push_back(text[i]);
    }
    return result;
}

std::string with_line_ends(std::string_view text, LineEnds style) {
    return style == LineEnds::crlf ? to_crlf(text) : to_lf(text);
}

bool is_crlf_text(std::string_view text) noexcept {
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\0' || text[i] == '\n') {
            return false;
        }
        if (text[i] == '\r') {
            if (i + 1 == text.size() || text[i + 1] != '\n') {
                return false;
            }
            ++i;
        }
    }
    return true;
}

std::string_view first_line(std::string_view text) noexcept {
    const auto lf = text.find('\n');
    return lf == std::string_view::npos ? text : text.substr(0, lf + 1);
}

std::string_view without_line_end(std::string_view line) noexcept {
    if (line.ends_with('\n')) {
        line.remove_suffix(1);
        if (line.ends_with('\r')) {
            line.remove_suffix(1);
        }
    }
    return line;
}

}  // namespace signet::client::mail
