// Byte strings as the whole of cms/ passes them.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace signet::cms {

using Bytes = std::vector<std::uint8_t>;
using BytesView = std::span<const std::uint8_t>;

/// The same memory seen as bytes; nothing is copied.
inline BytesView as_bytes(std::string_view text) noexcept {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

/// The same memory seen as characters; nothing is copied.
inline std::string_view as_text(BytesView bytes) noexcept {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace signet::cms
