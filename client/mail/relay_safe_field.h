// Header fields of parts in the form that a relay leaves alone: 7-bit (RFC 8551 section 3.1.3), no white
// space at a line's end.
#pragma once

#include "client/mail/entity.h"

#include <string>
#include <string_view>

namespace signet::client::mail {

/// Whether the field's lines, all of them, are 7-bit and end in no white space.
[[nodiscard]] bool is_relay_safe_field(std::string_view raw) noexcept;

/// `field` with CRLF, without white space at its lines' ends. UTF-8 in a Content-Description without encoded
/// words becomes such (RFC 2047), in a quoted parameter of Content-Type and Content-Disposition an extended
/// parameter (RFC 2231); other 8-bit characters, and the rest of the field, stay byte for byte.
[[nodiscard]] std::string relay_safe_field(const Field& field);

}  // namespace signet::client::mail
