// The options of every command that encrypts: how to declare them and what they say.
#pragma once

#include "client/commands/command_options.h"
#include "cms/enveloped_data.h"

namespace signet::client::commands {

/// Adds -r, --cipher, --rsa-pkcs1 and --rsa-oaep-sha256.
void add_encryption_options(CommandOptions& options);

/// What they say, but for the recipients: those are the list "recipient". Throws Error(2), the usage of
/// `options` with it, for a cipher that there is not and for options that exclude each other.
[[nodiscard]] cms::EncryptOptions encryption_options(const CommandOptions& options,
                                                     const ParsedArguments& parsed);

}  // namespace signet::client::commands
