// The form in which an entity is signed or encrypted: CRLF, and nothing in it that a relay would alter (RFC
// 8551 sections 3.1.1 and 3.1.3).
#pragma once

#include "client/mail/entity.h"

#include <string>
#include <vector>

namespace signet::client::mail {

/// Multiparts and messages inside one another.
inline constexpr int max_nesting = 32;
/// Bytes of a line without its line end (RFC 5322 section 2.1.1).
inline constexpr std::size_t max_line_size = 998;

struct CanonicalEntity {
    /// Header, empty line and body.
    std::string bytes;
    /// What a relay may still alter, one sentence each: it could not be encoded.
    std::vector<std::string> warnings;
};

/// The entity that `message`'s Content-* fields and body make. A leaf with 8-bit or control characters, lines
/// over max_line_size, white space at a line's end or "From " at its start becomes quoted-printable (text) or
/// base64; its decoded bytes stay, except that line ends of text are CRLF. Header fields of parts become as
/// relay_safe_field() makes them. Everything else stays byte for byte but for its line ends: the header of a
/// message within, leaves that are safe, and all of a multipart/signed, which somebody else's signature
/// covers. Text around the parts of a multipart, which nobody reads, is left out if it is not safe. Throws
/// Error(malformed) for a broken multipart, nesting above max_nesting, or what needs an encoding but is in an
/// unknown one.
[[nodiscard]] CanonicalEntity canonical_entity(const Entity& message);

/// Whether a relay leaves `text` as it is, when its line ends are made CRLF.
[[nodiscard]] bool is_relay_safe(std::string_view text) noexcept;

/// Whether a leaf of the entity that `bytes` hold has Content-Transfer-Encoding binary, so that not even line
/// ends may change. True also if that cannot be known.
[[nodiscard]] bool has_binary_part(std::string_view bytes) noexcept;

}  // namespace signet::client::mail
