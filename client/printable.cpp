#include "client/printable.h"

#include <array>
#include <cstdint>
#include <cstdio>

#include "client/utf8.h"

namespace signet::client {

namespace {

bool is_harmless(std::uint32_t c) {
    const bool control = c < 0x20 || (c >= 0x7f && c < 0xa0);
    const bool separator = c == 0x2028 || c == 0x2029;
    const bool direction = c == 0x061c || c == 0x200e || c == 0x200f || (c >= 0x202a && c <= 0x202e) ||
                           (c >= 0x2066 && c <= 0x2069);
    return !control && !separator && !direction;
}

std::string escape(std::uint32_t c) {
    if (c == '\n')
        return "\\n";
    if (c == '\r')
        return "\\r";
    if (c == '\t')
        return "\\t";
    std::array<char, 16> buffer{};
    std::snprintf(buffer.data(), buffer.size(), c < 0x100 ? "\\x%02x" : "\\u{%04x}", c);
    return buffer.data();
}

}  // namespace

std::string printable(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    while (!text.empty()) {
        const CodePoint c = first_code_point(text);
        if (c.size == 0)
            out += escape(static_cast<unsigned char>(text[0]));
        else if (is_harmless(c.value))
            out += text.substr(0, c.size);
        else
            out += escape(c.value);
        text.remove_prefix(c.size == 0 ? 1 : c.size);
    }
    return out;
}

}  // namespace signet::client
