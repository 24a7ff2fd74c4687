#include "client/mail/outer_header.h"

#include "client/mail/line_ends.h"

#include <algorithm>

namespace signet::client::mail {

std::string outer_header(const Entity& message, const std::vector<std::string_view>& leave_out) {
    std::string out;
    for (const auto& field : message.fields) {
        const bool left_out = std::any_of(leave_out.begin(), leave_out.end(),
                                          [&field](std::string_view name) { return field.is(name); });
        if (!field.describes_content() && !left_out) {
            out += to_crlf(field.raw);
        }
    }
    const auto is_version = [](std::string_view name) { return equal_without_case(name, "MIME-Version"); };
    const bool versioned = std::any_of(leave_out.begin(), leave_out.end(), is_version) ||
                           std::any_of(message.fields.begin(), message.fields.end(),
                                       [&is_version](const Field& field) { return is_version(field.name); });
    return versioned ? out : out + "MIME-Version: 1.0\r\n";
}

}  // namespace signet::client::mail
