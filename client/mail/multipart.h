// The parts between boundary lines (RFC 2046 section 5.1.1), as views into the bytes as they came.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace signet::client::mail {

inline constexpr std::size_t max_parts = 10000;

struct Multipart {
    /// What stands before the first boundary line, its last line end included.
    std::string_view preamble;
    /// Each with header and body; the line end before a boundary line belongs to the boundary.
    std::vector<std::string_view> parts;
    /// What stands after the last boundary line.
    std::string_view epilogue;
};

/// Splits `body`. A boundary line is exactly "--" `boundary`, for the last one "--" again, and white space;
/// at the start of a line. Throws Error(malformed) if `boundary` is none (empty, over 70 characters, control
/// or 8-bit characters, a space at its end), if there is no part, no last boundary line, another boundary
/// line after the last, or more than max_parts parts.
[[nodiscard]] Multipart split_multipart(std::string_view body, std::string_view boundary);

}  // namespace signet::client::mail
