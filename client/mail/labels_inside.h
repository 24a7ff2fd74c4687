// The labels that a message shows to whoever has it, without a key (RFC 2634 section 3).
#pragma once

#include "client/commands/command_options.h"
#include "cms/labels.h"

#include <string>
#include <string_view>
#include <vector>

namespace signet::client::mail {

/// The labels of all signatures around and within `message`, header and body, down to what is encrypted, in
/// all its parts and the messages within; what is compressed is decompressed. None is verified: who would
/// show the message to a reader asks for clearance of each. Throws Error(malformed) and cms::Error(malformed)
/// for what is signed, compressed or a multipart, and cannot be taken apart: any label may be in it.
[[nodiscard]] std::vector<cms::MessageLabel> labels_inside(std::string_view message);

/// Throws client::Error(7), `what_failed`, if the reader's clearance, where there is one, refuses one of the
/// labels inside `message`, or they cannot be read; Error(9) as Clearance::load.
void require_clearance_inside(const commands::ParsedArguments& arguments, std::string_view message,
                              const std::string& what_failed);

}  // namespace signet::client::mail
