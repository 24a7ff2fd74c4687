// A mail address that can be written as an rfc822Name (RFC 5280 section 4.2.1.6). Needs no OpenSSL.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace signet::cms {

/// Bytes of an address (RFC 5321 section 4.5.3.1: 64, "@", 255).
inline constexpr std::size_t max_mail_name_size = 320;

/// Whether `address` is visible ASCII within max_mail_name_size.
[[nodiscard]] inline bool is_mail_name(std::string_view address) noexcept {
    return !address.empty() && address.size() <= max_mail_name_size &&
           std::all_of(address.begin(), address.end(), [](char c) { return c > 0x20 && c < 0x7F; });
}

}  // namespace signet::cms
