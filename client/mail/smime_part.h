// application/pkcs7-mime (RFC 8551 sections 3.2 and 3.9).
#pragma once

#include "client/mail/entity.h"
#include "cms/bytes.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace signet::client::mail {

/// The Content-* fields, the empty line and the base64 body of an application/pkcs7-mime part. CRLF.
[[nodiscard]] std::string smime_part(std::string_view smime_type, cms::BytesView content_info);

/// The decoded body of `message` if it is application/pkcs7-mime (or x-pkcs7-mime, or
/// application/octet-stream with a file name in .p7m) whose smime-type is absent or one of `smime_types`;
/// else none. Throws Error(malformed) if it is but cannot be decoded.
[[nodiscard]] std::optional<cms::Bytes> smime_content(const Entity& message,
                                                      const std::vector<std::string_view>& smime_types);

/// The same, whatever its smime-type is.
[[nodiscard]] std::optional<cms::Bytes> smime_content(const Entity& message);

}  // namespace signet::client::mail
