#include "client/hex.h"

#include <charconv>

namespace signet::client {

std::string hex(std::string_view bytes) {
    std::string text;
    for (const char c : bytes) {
        const auto byte = static_cast<unsigned char>(c);
        text += "0123456789abcdef"[byte >> 4U];
        text += "0123456789abcdef"[byte & 15U];
    }
    return text;
}

std::optional<cms::Bytes> from_hex(std::string_view digits) {
    if (digits.size() % 2 != 0)
        return std::nullopt;
    cms::Bytes bytes;
    for (; !digits.empty(); digits.remove_prefix(2)) {
        std::uint8_t byte = 0;
        const char* const end = digits.data() + 2;
        const auto [rest, error] = std::from_chars(digits.data(), end, byte, 16);
        if (error != std::errc{} || rest != end)
            return std::nullopt;
        bytes.push_back(byte);
    }
    return bytes;
}

}  // namespace signet::client
