// Content-Transfer-Encoding (RFC 2045 section 6).
#pragma once

#include "client/mail/entity.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace signet::client::mail {

enum class TransferEncoding { seven_bit, eight_bit, binary, quoted_printable, base64, unknown };

/// Whether a body stands for itself (RFC 2045 section 6.2).
[[nodiscard]] constexpr bool is_identity(TransferEncoding encoding) noexcept {
    return encoding == TransferEncoding::seven_bit || encoding == TransferEncoding::eight_bit ||
           encoding == TransferEncoding::binary;
}

/// seven_bit without the field; comments in it count for nothing. Throws Error(malformed) if the field stands
/// twice.
[[nodiscard]] TransferEncoding transfer_encoding_of(const Entity& entity);

/// The bytes that `body` stands for. base64 is strict: its alphabet, white space, padding at the end and
/// nothing else. Throws Error(malformed), also for an unknown encoding.
[[nodiscard]] std::string decode(std::string_view body, TransferEncoding encoding);

/// Lines of 76 characters, each with CRLF.
[[nodiscard]] std::string encode_base64(std::string_view bytes);

/// Quoted-printable of text whose line ends are LF or CRLF, with CRLF; no other CR may be in it. White space
/// at the end of a line, "From " at its start and a line of one dot are encoded too, since relays alter
/// those.
[[nodiscard]] std::string encode_quoted_printable(std::string_view text);

}  // namespace signet::client::mail
