// What signet-token has to say to people: lines on standard error, which the agent passes on.
#pragma once

#include <string>
#include <string_view>

namespace signet::token {

/// Writes "signet-token: " and the parts as one line, in one write. Control characters become '?'. Never give
/// it input, output or a PIN. For any thread; throws nothing but std::bad_alloc.
void log_line(std::string_view text, std::string_view more = {}, std::string_view still_more = {});

/// The same, but a line that was written so before is not written again, unless many others were meanwhile:
/// for what each scan finds anew.
void log_line_once(std::string_view text, std::string_view more = {}, std::string_view still_more = {});

}  // namespace signet::token
