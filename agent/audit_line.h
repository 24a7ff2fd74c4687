// The text of one audit record.
#pragma once

#include "agent/audit_record.h"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace signet::agent {

/// Appends one line to `lines`: a JSON object (RFC 8259) of strings and numbers, first "seq" and "time" (UTC,
/// RFC 3339, microseconds), then the fields of the record that are set; at most max_audit_line bytes.
/// Controls and characters that change the direction of text are escaped, a byte that is no UTF-8 shows as
/// U+FFFD, and a field that was cut ends in "...".
void append_audit_line(std::string& lines, std::uint64_t sequence, std::chrono::system_clock::time_point time,
                       const AuditRecord& record);

/// The greatest sequence number of the lines (whole or cut off) in `text`, which begins anywhere in the file;
/// 0 without any.
[[nodiscard]] std::uint64_t greatest_sequence(std::string_view text) noexcept;

}  // namespace signet::agent
