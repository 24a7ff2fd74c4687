// Header fields and body, of a whole message or of a part (RFC 5322 section 2, RFC 2045 section 3), as views
// into the bytes as they came. Nothing is copied or put in order, so that what is hashed, shown and passed on
// is the same.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace signet::client::mail {

/// Bytes of a message.
inline constexpr std::size_t max_message_size = std::size_t{256} << 20;
/// Bytes of one header block, all fields together.
inline constexpr std::size_t max_header_size = std::size_t{1} << 20;
/// Fields of one header block.
inline constexpr std::size_t max_fields = 4096;
/// Bytes of a field whose value is parsed (addresses, media types).
inline constexpr std::size_t max_parsed_field_size = std::size_t{64} << 10;

struct Field {
    /// All of it: name, colon, value, folding and the last line end, if there is one.
    std::string_view raw;
    std::string_view name;

    /// Unfolded (RFC 5322 section 2.2.3), without white space around it.
    [[nodiscard]] std::string value() const;
    /// ASCII letters compare without case.
    [[nodiscard]] bool is(std::string_view other_name) const noexcept;
    /// Content-*: what describes the body and moves with it (RFC 8551 section 3.1).
    [[nodiscard]] bool describes_content() const noexcept;
};

struct Entity {
    std::vector<Field> fields;
    /// Everything after the empty line.
    std::string_view body;

    /// The field called `name`, null without one. Throws Error(malformed) if there are several: which one
    /// counts would be up to each reader.
    [[nodiscard]] const Field* only(std::string_view name) const;
};

/// Reads a part of a multipart; its header may be empty. The views point into `bytes`. Throws
/// Error(malformed) for a line that is no field, a NUL or a lone CR in the header, or a header over
/// max_header_size or max_fields.
[[nodiscard]] Entity parse_entity(std::string_view bytes);

/// The same; none for text without a header of its own, as some sign and encrypt it.
[[nodiscard]] std::optional<Entity> entity_unless_text(std::string_view bytes);

/// Reads a message: as parse_entity, but at least one field, a header that is not cut off, and at most
/// max_message_size. A "From " line of an mbox before the first field is left out.
[[nodiscard]] Entity parse_message(std::string_view bytes);

/// ASCII letters compare without case.
[[nodiscard]] bool equal_without_case(std::string_view a, std::string_view b) noexcept;

}  // namespace signet::client::mail
