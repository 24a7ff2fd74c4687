// What `signet mail unwrap` says of the layers around a message.
#pragma once

#include "client/mail/layers.h"

#include <string>

namespace signet::client::mail {

/// For people: the outermost first, a block for each signer, a line for each encryption.
[[nodiscard]] std::string layers_report(const Unwrapped& unwrapped);

/// One object: holds, reason (`fault`, a text, or null), layers (array of {kind: signed, signature} with an
/// object as `signet verify --json` prints it, and of {kind: encrypted, ...} with the keys of `signet decrypt
/// --json`), output (null if empty).
[[nodiscard]] std::string layers_report_json(const Unwrapped& unwrapped, const std::string& fault,
                                             const std::string& output);

}  // namespace signet::client::mail
