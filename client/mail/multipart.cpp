#include "client/mail/multipart.h"

#include "client/mail/error.h"
#include "client/mail/line_ends.h"

#include <algorithm>

namespace signet::client::mail {

namespace {

constexpr std::size_t max_boundary_size = 70;

enum class LineKind { content, boundary, last_boundary };

LineKind kind_of(std::string_view line, std::string_view boundary) noexcept {
    if (!line.starts_with("--") || !line.substr(2).starts_with(boundary)) {
        return LineKind::content;
    }
    auto rest = line.substr(2 + boundary.size());
    const bool last = rest.starts_with("--");
    rest.remove_prefix(last ? 2 : 0);
    if (!std::all_of(rest.begin(), rest.end(), [](char c) { return c == ' ' || c == '\t'; })) {
        return LineKind::content;
    }
    return last ? LineKind::last_boundary : LineKind::boundary;
}

void check_boundary(std::string_view boundary) {
    const bool characters =
        std::all_of(boundary.begin(), boundary.end(), [](char c) { return c >= ' ' && c < 127; });
    if (boundary.empty() || boundary.size() > max_boundary_size || boundary.ends_with(' ') || !characters) {
        throw Error(ErrorCode::malformed, "a multipart of it has no valid boundary parameter");
    }
}

}  // namespace

Multipart split_multipart(std::string_view body, std::string_view boundary) {
    check_boundary(boundary);
    Multipart result;
    bool open = false;
    bool closed = false;
    std::size_t begin = 0;
    for (std::size_t position = 0; position < body.size();) {
        const auto raw = first_line(body.substr(position));
        const auto kind = kind_of(without_line_end(raw), boundary);
        if (kind == LineKind::content) {
            position += raw.size();
            continue;
        }
        if (closed || (!open && kind == LineKind::last_boundary)) {
            throw Error(ErrorCode::malformed, "a multipart of it has boundary lines out of order");
        }
        // Two boundary lines may share a line end: then there is nothing between them.
        const auto content = body.substr(begin, position - begin);
        if (!open) {
            result.preamble = content;
        } else {
            result.parts.push_back(without_line_end(content));
        }
        if (result.parts.size() > max_parts) {
            throw Error(ErrorCode::malformed, "a multipart of it has too many parts");
        }
        open = true;
        closed = kind == LineKind::last_boundary;
        position += raw.size();
        begin = position;
    }
    if (!closed) {
        throw Error(ErrorCode::malformed, "a multipart of it is incomplete: the closing boundary is missing");
    }
    result.epilogue = body.substr(begin);
    return result;
}

}  // namespace signet::client::mail
