// What an input seems to be that is not what a command reads, so that the command can name another one.
#pragma once

#include <string>

#include "client/error.h"
#include "cms/bytes.h"

namespace signet::client {

/// Whether `input` begins as a mail message does: header fields, MIME-Version or Content-Type among them. No
/// CMS in DER, BER or PEM does.
[[nodiscard]] bool looks_like_mail(cms::BytesView input) noexcept;

/// Whether `input` begins as the ContentInfo of CMS does, DER or BER, or with its PEM header. No mail message
/// does.
[[nodiscard]] bool looks_like_cms(cms::BytesView input) noexcept;

/// Error(8), `what_failed` because the input is a mail message: `command` ("signet mail verify") reads those.
[[nodiscard]] Error is_mail(std::string what_failed, const std::string& command);

/// Error(8), `what_failed` because the input is CMS without a message around it: `command` reads that.
[[nodiscard]] Error is_cms(std::string what_failed, const std::string& command);

enum class CmsKind { signed_data, encrypted, compressed };

/// Error(8), `what_failed` because `input`, in DER or BER, is no CMS of kind `wanted`: it is none at all, or
/// of another kind, and the error says which, and which command reads that; else `why` and `advice` are
/// given.
[[nodiscard]] Error is_malformed_cms(std::string what_failed, cms::BytesView input, CmsKind wanted,
                                     std::string why, std::string advice = "ask the sender to send it again");

}  // namespace signet::client
