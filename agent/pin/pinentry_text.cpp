#include "agent/pin/pinentry_text.h"

#include "agent/error.h"
#include "agent/utf8.h"

#include <cstdint>

namespace signet::agent::pin {
namespace {

int hex_value(char c) {
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return -1;
}

}  // namespace

std::string shown_text(std::string_view text, bool keep_newlines) {
    std::string result;
    while (!text.empty()) {
        const auto [character, size] = first_character(text);
        std::string_view piece = text.substr(0, size);
        if (size == 1 && character == '%')
            piece = "%25";
        else if (size == 1 && character == '\n' && keep_newlines)
            piece = "%0A";
        else if (size == 0 || is_deceptive(character))
            piece = "?";
        if (result.size() + piece.size() > max_assuan_argument)
            break;
        result += piece;
        text.remove_prefix(size == 0 ? 1 : size);
    }
    return result;
}

bool is_plain_value(std::string_view value) noexcept {
    if (value.empty() || value.size() > max_assuan_argument)
        return false;
    for (const char c : value)
        if (static_cast<std::uint8_t>(c) < 0x20 || c == 0x7f)
            return false;
    return true;
}

std::size_t append_unescaped(std::string_view escaped, Secret& data, std::size_t size) {
    for (std::size_t i = 0; i < escaped.size(); ++i) {
        int value = static_cast<std::uint8_t>(escaped[i]);
        if (value == '%') {
            const int high = i + 2 < escaped.size() ? hex_value(escaped[i + 1]) : -1;
            const int low = i + 2 < escaped.size() ? hex_value(escaped[i + 2]) : -1;
            if (high < 0 || low < 0)
                throw Error(protocol::PIN_UNAVAILABLE, "pinentry sent a broken escape",
                            "try another pinentry");
            value = high * 16 + low;
            i += 2;
        }
        if (size >= data.size())
            throw Error(protocol::PIN_UNAVAILABLE, "what was entered is too long for a PIN",
                        "enter the PIN alone");
        data.data()[size++] = static_cast<std::uint8_t>(value);
    }
    return size;
}

}  // namespace signet::agent::pin
