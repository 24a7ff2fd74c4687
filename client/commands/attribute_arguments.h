// The options for what a signer says besides the content: hints, policy, commitment, receipts, label.
#pragma once

#include "agent/protocol/signet.pb.h"
#include "client/commands/command_options.h"

namespace signet::client::commands {

/// Adds --content-hint, --content-identifier, --policy, --policy-uri, --commitment, --capabilities,
/// --request-receipt, --receipts-from, --label, --privacy-mark, --category and --equivalent-label.
void add_attribute_options(CommandOptions& options);

/// Whether any of them is there.
[[nodiscard]] bool has_attribute_options(const ParsedArguments& parsed);

/// The document of --policy; empty if there is none.
[[nodiscard]] std::string policy_document(const ParsedArguments& parsed);

/// What they say. The document of --policy is hashed here. Throws Error(2), the usage of `options` with it,
/// for what is written wrongly or goes with an option that is not there; Error(9) if a file cannot be read.
[[nodiscard]] agent::protocol::SignedAttributes requested_attributes(const CommandOptions& options,
                                                                     const ParsedArguments& parsed);

}  // namespace signet::client::commands
