// JSON (RFC 8259), written from the outside in.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace signet::client::commands {

/// Calls must nest as JSON does: inside an object each value follows a key. Puts commas, quotes and escapes;
/// bytes that are not UTF-8 become U+FFFD.
class JsonWriter {
  public:
    JsonWriter& begin_object() { return open('{'); }
    JsonWriter& end_object() { return close('}'); }
    JsonWriter& begin_array() { return open('['); }
    JsonWriter& end_array() { return close(']'); }
    JsonWriter& key(std::string_view name);

    JsonWriter& text(std::string_view value);
    JsonWriter& number(std::int64_t value) { return literal(std::to_string(value)); }
    JsonWriter& number(std::uint64_t value) { return literal(std::to_string(value)); }
    JsonWriter& boolean(bool value) { return literal(value ? "true" : "false"); }
    JsonWriter& null() { return literal("null"); }
    /// An array of texts.
    template <typename Texts>
    JsonWriter& texts(const Texts& values) {
        begin_array();
        for (const std::string& value : values)
            text(value);
        return end_array();
    }

    /// What was written, with a newline.
    [[nodiscard]] std::string finish() const { return m_json + "\n"; }

  private:
    JsonWriter& open(char bracket);
    JsonWriter& close(char bracket);
    JsonWriter& literal(std::string_view value);
    void separate();

    std::string m_json;
    bool m_needs_comma = false;
};

}  // namespace signet::client::commands
