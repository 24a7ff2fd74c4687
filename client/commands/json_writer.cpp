#include "client/commands/json_writer.h"

#include <array>
#include <cstdio>

#include "client/utf8.h"

namespace signet::client::commands {

namespace {

std::string quoted(std::string_view text) {
    std::string out = "\"";
    while (!text.empty()) {
        const CodePoint c = first_code_point(text);
        if (c.size == 0) {
            out += "\\ufffd";
        } else if (c.value == '"' || c.value == '\\') {
            out += '\\';
            out += text.front();
        } else if (c.value < 0x20 || (c.value >= 0x7f && c.value < 0xa0)) {
            std::array<char, 8> escape{};
            std::snprintf(escape.data(), escape.size(), "\\u%04x", static_cast<unsigned>(c.value));
            out += escape.data();
        } else {
            out += text.substr(0, c.size);
        }
        text.remove_prefix(c.size == 0 ? 1 : c.size);
    }
    return out + '"';
}

}  // namespace

JsonWriter& JsonWriter::key(std::string_view name) {
    separate();
    m_json += quoted(name) + ":";
    m_needs_comma = false;
    return *this;
}

JsonWriter& JsonWriter::text(std::string_view value) {
    return literal(quoted(value));
}

JsonWriter& JsonWriter::open(char bracket) {
    separate();
    m_json += bracket;
    m_needs_comma = false;
    return *this;
}

JsonWriter& JsonWriter::close(char bracket) {
    m_json += bracket;
    m_needs_comma = true;
    return *this;
}

JsonWriter& JsonWriter::literal(std::string_view value) {
    separate();
    m_json += value;
    m_needs_comma = true;
    return *this;
}

void JsonWriter::separate() {
    if (m_needs_comma)
        m_json += ',';
}

}  // namespace signet::client::commands
