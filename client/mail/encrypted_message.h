// Encrypted mail: application/pkcs7-mime with EnvelopedData or AuthEnvelopedData (RFC 8551 section 3.3).
#pragma once

#include "client/mail/entity.h"
#include "cms/bytes.h"

#include <optional>
#include <string>
#include <string_view>

namespace signet::client::mail {

/// `enveloped` (DER of ContentInfo) under `header` (from outer_header). CRLF.
[[nodiscard]] std::string make_encrypted(std::string_view header, cms::BytesView enveloped,
                                         bool authenticated);

/// The ContentInfo of an encrypted message, DER or BER. Only the message itself is looked at: an encrypted
/// part beside others is left alone (EFAIL). Throws Error(malformed) if the message is not encrypted.
[[nodiscard]] cms::Bytes take_apart_encrypted(const Entity& message);

/// What was encrypted, as an entity, if it is a CMS type itself without MIME in between (RFC 5652 section 2.1
/// lets types nest so): an application/pkcs7-mime part that holds it. None for anything else, which is
/// an entity already or a text: id-data, types that mail does not know, and what only claims such a type.
[[nodiscard]] std::optional<std::string> nested_entity(const std::string& content_type,
                                                       cms::BytesView content);

/// The message that was encrypted: the fields of `message` but Content-*, then `content`, the decrypted
/// entity. A field that stands in both is taken from inside. Content without a header of its own (as
/// `openssl cms -encrypt` of a text makes it) becomes the body. Line ends as `content` has them, see
/// pass_on().
[[nodiscard]] std::string decrypted_message(const Entity& message, std::string_view content);

/// `text`, an entity or message of CRLF lines, with the line ends that the input `like` had, so that a
/// pipeline of LF stays one. Where that would alter more than line ends (binary parts, lone CR or LF) it
/// stays as it is.
[[nodiscard]] std::string pass_on(std::string text, std::string_view like);

}  // namespace signet::client::mail
