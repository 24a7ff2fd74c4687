// The options of every command that signs: how to declare them and what they say.
#pragma once

#include "client/commands/command_options.h"
#include "client/signing_options.h"

namespace signet::client::commands {

/// Adds -k, --digest, --rsa-pss, --certificates, --timestamp and --wait.
void add_signer_options(CommandOptions& options);
/// The same, and those of attribute_arguments.h.
void add_signing_options(CommandOptions& options);

/// Whether any of them is there.
[[nodiscard]] bool has_signing_options(const ParsedArguments& parsed);

/// What they say; without -k nobody is named. Throws Error(2), the usage of `options` with it, for a hash
/// that does not sign for a set of certificates that there is not, and for a URL that is none of http; and as
/// requested_attributes().
[[nodiscard]] SigningOptions signing_options(const CommandOptions& options, const ParsedArguments& parsed);

}  // namespace signet::client::commands
