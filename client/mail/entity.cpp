#include "client/mail/entity.h"

#include "client/mail/error.h"
#include "client/mail/line_ends.h"

#include <algorithm>

namespace signet::client::mail {

namespace {

char lower(char c) noexcept {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool is_blank(char c) noexcept {
    return c == ' ' || c == '\t';
}

/// RFC 5322 section 3.6.8: ftext. White space before the colon (obsolete syntax) is refused, since readers
/// differ on whether such a line is a field.
bool is_field_name(std::string_view name) noexcept {
    return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) { return c > ' ' && c < 127; });
}

void check_line(std::string_view line) {
    if (line.find('\0') != std::string_view::npos) {
        throw Error(ErrorCode::malformed, "its header holds a NUL character");
    }
    if (line.find('\r') != std::string_view::npos) {
        throw Error(ErrorCode::malformed, "its header holds a carriage return without a line feed");
    }
}

Field start_field(std::string_view line) {
    const auto colon = line.find(':');
    const auto name = line.substr(0, colon);
    if (colon == std::string_view::npos || !is_field_name(name)) {
        throw Error(ErrorCode::malformed, "its header holds a line that is no header field");
    }
    return {.raw = line, .name = name};
}

}  // namespace

bool equal_without_case(std::string_view a, std::string_view b) noexcept {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](char x, char y) { return lower(x) == lower(y); });
}

std::string Field::value() const {
    std::string text;
    text.reserve(raw.size());
    for (const char c : raw.substr(name.size() + 1)) {
        if (c != '\r' && c != '\n') {
            text.push_back(c);
        }
    }
    const auto begin = std::find_if_not(text.begin(), text.end(), is_blank);
    const auto end = std::find_if_not(text.rbegin(), text.rend(), is_blank).base();
    return begin < end ? std::string(begin, end) : std::string();
}

bool Field::is(std::string_view other_name) const noexcept {
    return equal_without_case(name, other_name);
}

bool Field::describes_content() const noexcept {
    constexpr std::string_view prefix = "content-";
    return equal_without_case(name.substr(0, prefix.size()), prefix);
}

const Field* Entity::only(std::string_view name) const {
    const Field* found = nullptr;
    for (const auto& field : fields) {
        if (!field.is(name)) {
            continue;
        }
        if (found != nullptr) {
            throw Error(ErrorCode::malformed, "it has more than one " + std::string(name) + " field");
        }
        found = &field;
    }
    return found;
}

Entity parse_entity(std::string_view bytes) {
    Entity entity;
    std::size_t position = 0;
    while (position < bytes.size()) {
        const auto raw = first_line(bytes.substr(position));
        const auto line = without_line_end(raw);
        position += raw.size();
        if (line.empty()) {
            break;
        }
        if (position > max_header_size || entity.fields.size() == max_fields) {
            throw Error(ErrorCode::malformed, "its header is longer than 1 MiB or has too many fields");
        }
        check_line(line);
        if (!is_blank(line.front())) {
            entity.fields.push_back(start_field(raw));
            continue;
        }
        // A line of white space alone continues the field for some readers and ends the header for others.
        if (entity.fields.empty() || std::all_of(line.begin(), line.end(), is_blank)) {
            throw Error(ErrorCode::malformed, "its header holds a line that is no header field");
        }
        auto& field = entity.fields.back();
        field.raw = {field.raw.data(), field.raw.size() + raw.size()};
    }
    entity.body = bytes.substr(position);
    return entity;
}

std::optional<Entity> entity_unless_text(std::string_view bytes) {
    try {
        return parse_entity(bytes);
    } catch (const Error&) {
        return std::nullopt;
    }
}

Entity parse_message(std::string_view bytes) {
    if (bytes.empty()) {
        throw Error(ErrorCode::malformed, "the input is empty");
    }
    if (bytes.size() > max_message_size) {
        throw Error(ErrorCode::malformed, "the message is larger than 256 MiB");
    }
    if (bytes.starts_with("From ")) {
        bytes.remove_prefix(first_line(bytes).size());
    }
    auto entity = parse_entity(bytes);
    if (entity.fields.empty()) {
        throw Error(ErrorCode::malformed, "the input is no message: it has no header");
    }
    if (!entity.fields.back().raw.ends_with('\n')) {
        throw Error(ErrorCode::malformed, "the message ends within its header");
    }
    return entity;
}

}  // namespace signet::client::mail
