// Text from elsewhere, made safe to print in one line.
#pragma once

#include <string>
#include <string_view>

namespace signet::client {

/// `text` (UTF-8) with everything escaped that could start a new line, steer a terminal or turn the reading
/// direction: control characters (C0, DEL, C1), line and paragraph separators and bidirectional controls
/// become \n, \t, \xNN or \u{NNNN}; so do bytes that are not UTF-8. A backslash stays as it is.
[[nodiscard]] std::string printable(std::string_view text);

}  // namespace signet::client
