// E-mail addresses as certificates name them.
#pragma once

#include <cstddef>
#include <string_view>

namespace signet::cms {

/// Bytes of an address, at most (RFC 5321 section 4.5.3.1.3, without the angle brackets).
inline constexpr std::size_t max_email_address = 254;

/// Whether `text` is a Mailbox (RFC 5321 section 4.1.2, RFC 6531 section 3.3) with a dot-string as its local
/// part and a domain name in its ASCII form, as RFC 5280 section 4.2.1.6 and RFC 9598 section 3 want it. What
/// is not ASCII in the local part is not looked at: the caller has seen that it is UTF-8.
[[nodiscard]] bool is_email_address(std::string_view text) noexcept;

/// Whether all of it is ASCII: then it is an rfc822Name, else a SmtpUTF8Mailbox (RFC 9598 section 3).
[[nodiscard]] bool is_ascii(std::string_view text) noexcept;

}  // namespace signet::cms
