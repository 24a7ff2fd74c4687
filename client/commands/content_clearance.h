// Whether the reader may see a content that is CMS itself, in layers that need no key (RFC 2634 section 3).
#pragma once

#include <string>

#include "client/commands/command_options.h"
#include "cms/byte_stream.h"

namespace signet::client::commands {

/// Throws client::Error(7), `what_failed`, if the reader's clearance, where there is one, refuses a label
/// that a signature in `content` gives it, whoever signed it, or if what is signed or compressed there cannot
/// be read: any label may be in it. `content` came out of a message that calls it `content_type` (dotted
/// decimal); it is CMS in DER, BER or PEM, or anything else. What is compressed is decompressed, and kept in
/// a Spool meanwhile. Error(9) as Clearance::load, and what the source throws.
void require_content_clearance(const ParsedArguments& arguments, const cms::ByteSource& content,
                               const std::string& content_type, const std::string& what_failed);

}  // namespace signet::client::commands
