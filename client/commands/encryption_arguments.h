// The options of every command that encrypts: how to declare them and what they say.
#pragma once

#include <string>
#include <vector>

#include "client/commands/command_options.h"
#include "cms/certificate.h"
#include "cms/enveloped_data.h"

namespace signet::client::commands {

/// Adds -r, --cipher, --rsa-pkcs1 and --rsa-oaep-sha256.
void add_encryption_options(CommandOptions& options);

/// What they say, but for the recipients: those are the list "recipient". The cipher may be chosen yet.
/// Throws Error(2), the usage of `options` with it, for a cipher that there is not and for options that
/// exclude each other.
[[nodiscard]] cms::EncryptOptions encryption_options(const CommandOptions& options,
                                                     const ParsedArguments& parsed);

/// Without --cipher: sets the cipher to the best that `recipients` can read, as far as their certificates say
/// (cms::content_cipher_for). Returns what to warn of once the message is written: that the cipher protects
/// nothing from alteration. Throws Error, `what_failed`: 9 if there is none, 8 if a certificate is malformed.
[[nodiscard]] std::vector<std::string> choose_cipher(cms::EncryptOptions& encryption,
                                                     const ParsedArguments& parsed,
                                                     const std::vector<cms::Certificate>& recipients,
                                                     const std::string& what_failed);

}  // namespace signet::client::commands
