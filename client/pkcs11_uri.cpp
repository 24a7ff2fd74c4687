#include "client/pkcs11_uri.h"

#include <algorithm>
#include <array>
#include <cstddef>

namespace signet::client {

namespace {

constexpr std::string_view scheme = "pkcs11:";

/// RFC 7512 section 2.3: pk11-pattr and pk11-qattr, without those of vendors.
constexpr std::array<std::string_view, 17> names{"token",
                                                 "manufacturer",
                                                 "serial",
                                                 "model",
                                                 "library-version",
                                                 "library-manufacturer",
                                                 "object",
                                                 "type",
                                                 "library-description",
                                                 "id",
                                                 "slot-description",
                                                 "slot-manufacturer",
                                                 "slot-id",
                                                 "pin-source",
                                                 "pin-value",
                                                 "module-name",
                                                 "module-path"};

bool is_hex(char c) noexcept {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F') || (c >= 'a' && c <= 'f');
}

bool has_whole_escapes(std::string_view text) noexcept {
    for (std::size_t at = text.find('%'); at != std::string_view::npos; at = text.find('%', at + 1))
        if (at + 2 >= text.size() || !is_hex(text[at + 1]) || !is_hex(text[at + 2]))
            return false;
    return true;
}

bool is_number(std::string_view text) noexcept {
    return !text.empty() && text.size() <= 19 &&
           std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// RFC 7512 section 2.3: those attributes that do not take any text.
bool has_good_value(std::string_view name, std::string_view value) noexcept {
    constexpr std::array<std::string_view, 5> types{"public", "private", "cert", "secret-key", "data"};
    if (name == "type")
        return std::find(types.begin(), types.end(), value) != types.end();
    if (name == "slot-id")
        return is_number(value);
    if (name == "library-version") {
        const std::size_t dot = value.find('.');
        return is_number(value.substr(0, dot)) &&
               (dot == std::string_view::npos || is_number(value.substr(dot + 1)));
    }
    return true;
}

}  // namespace

bool is_pkcs11_uri(std::string_view text) noexcept {
    return text.starts_with(scheme);
}

std::string fault_of_pkcs11_uri(std::string_view text) {
    // The agent's library passes over white space, too.
    std::string attributes(text.substr(scheme.size()));
    std::erase_if(attributes, [](char c) { return c == ' ' || (c >= '\t' && c <= '\r'); });
    for (std::string_view rest = attributes; !rest.empty();) {
        const std::string_view attribute = rest.substr(0, rest.find_first_of(";?&"));
        rest.remove_prefix(std::min(attribute.size() + 1, rest.size()));
        if (attribute.empty())
            continue;
        const std::size_t equals = attribute.find('=');
        const std::string_view name = attribute.substr(0, equals);
        if (std::find(names.begin(), names.end(), name) == names.end())
            return "it has an attribute that is not known, '" + std::string(name) + "'";
        if (equals == std::string_view::npos)
            return "its attribute '" + std::string(name) + "' has no value";
        if (!has_whole_escapes(attribute))
            return "it has a percent sign without two hexadecimal digits";
        if (!has_good_value(name, attribute.substr(equals + 1)))
            return "its attribute '" + std::string(name) + "' cannot have that value";
    }
    return {};
}

}  // namespace signet::client
