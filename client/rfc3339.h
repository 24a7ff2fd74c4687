// Times as RFC 3339 writes them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace signet::client {

/// "2026-11-22T20:00:00Z" for seconds since the epoch.
[[nodiscard]] std::string rfc3339(std::int64_t time);

/// Seconds since the epoch of a date-time (RFC 3339 section 5.6); fractions of a second are dropped. None if
/// `text` is not exactly one.
[[nodiscard]] std::optional<std::int64_t> parse_rfc3339(std::string_view text);

}  // namespace signet::client
