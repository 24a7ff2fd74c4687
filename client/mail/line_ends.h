// CRLF and LF. What is hashed always has CRLF (RFC 8551 section 3.1.1); pipelines on Unix pass LF.
#pragma once

#include <string>
#include <string_view>

namespace signet::client::mail {

enum class LineEnds { lf, crlf };

/// The style of the first line end of `text`; lf if it has none.
LineEnds line_ends_of(std::string_view text) noexcept;

/// `text` with CRLF for each LF that has no CR before it. A CR elsewhere stays.
std::string to_crlf(std::string_view text);

/// `text` with LF for each CRLF. A CR elsewhere stays.
std::string to_lf(std::string_view text);

std::string with_line_ends(std::string_view text, LineEnds style);

/// Whether to_lf() loses nothing: each CR and each LF of `text` is one of a CRLF pair, and there is no NUL.
bool is_crlf_text(std::string_view text) noexcept;

/// The line at the start of `text`, with its line end (LF or CRLF) if it has one.
std::string_view first_line(std::string_view text) noexcept;

/// `line` without its line end.
std::string_view without_line_end(std::string_view line) noexcept;

}  // namespace signet::client::mail
