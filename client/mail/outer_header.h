// The header fields that stay outside what is signed or encrypted.
#pragma once

#include "client/mail/entity.h"

#include <string>
#include <string_view>
#include <vector>

namespace signet::client::mail {

/// All fields of `message` but Content-* and those called as one of `leave_out`, in order, byte for byte but
/// with CRLF; and MIME-Version: 1.0 if there is none and it is not
/// to be left out. Without the empty line at the end.
[[nodiscard]] std::string outer_header(const Entity& message,
                                       const std::vector<std::string_view>& leave_out = {});

}  // namespace signet::client::mail
