// Text that a module hands out, made fit for a protobuf string.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace signet::token {

/// `bytes` as valid UTF-8 (RFC 3629): what is not becomes U+FFFD. A message with anything else in a string is
/// refused by its reader, so that one odd label would hide a whole token.
std::string valid_text(std::string_view bytes);

/// The same without the blanks that PKCS#11 pads its fixed fields with, or the zeros that some modules use.
std::string padded_text(std::string_view bytes);

/// The bytes of a fixed field or of an attribute.
inline std::string_view characters(std::span<const unsigned char> bytes) noexcept {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace signet::token
