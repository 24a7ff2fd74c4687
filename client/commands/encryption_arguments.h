// The options of every command that encrypts: how to declare them and what they say.
#pragma once

#include <string>
#include <vector>

#include "client/agent_connection.h"
#include "client/commands/command_options.h"
#include "cms/certificate.h"
#include "cms/enveloped_data.h"

namespace signet::client::commands {

/// Adds -r, --cipher, --rsa-pkcs1 and --rsa-oaep-sha256.
void add_encryption_options(CommandOptions& options);

/// Adds --self and --no-self.
void add_self_options(CommandOptions& options);

/// Whom -r and --self name: what of it is a file is read.
[[nodiscard]] std::vector<std::string> recipient_files(const ParsedArguments& parsed);

/// Adds whom they name to `recipients`; without them the sender's own certificate, that of `address` if it
/// has one (add_own_certificate). Returns what to warn of once the message is written. Throws Error: 2, the
/// usage of `options` with it, if both are given; else as find_recipients.
[[nodiscard]] std::vector<std::string> add_self(const CommandOptions& options, const ParsedArguments& parsed,
                                                AgentConnection& agent,
                                                std::vector<cms::Certificate>& recipients,
                                                const std::string& address = {});

/// What they say, but for the recipients: those are the list "recipient". The cipher may be chosen yet.
/// Throws Error(2), the usage of `options` with it, for a cipher that there is not and for options that
/// exclude each other.
[[nodiscard]] cms::EncryptOptions encryption_options(const CommandOptions& options,
                                                     const ParsedArguments& parsed);

/// Without --cipher: sets the cipher to the best that `recipients` can read, as far as their certificates say
/// (cms::content_cipher_for). Returns what to warn of once the message is written: recipients' keys that are
/// weak (cms::is_weak_key), and that the cipher protects nothing from alteration. Throws Error,
/// `what_failed`: 9 if there is none, 8 if a certificate is malformed.
[[nodiscard]] std::vector<std::string> fit_to_recipients(cms::EncryptOptions& encryption,
                                                         const ParsedArguments& parsed,
                                                         const std::vector<cms::Certificate>& recipients,
                                                         const std::string& what_failed);

}  // namespace signet::client::commands
