// The options of every command that verifies: how to declare them and what they say.
#pragma once

#include <string>

#include "client/commands/command_options.h"
#include "client/error.h"
#include "cms/signed_data_verifier.h"

namespace signet::client::commands {

/// Adds --trust, --at and --json.
void add_trust_options(CommandOptions& options);

/// What --trust and --at say. Throws Error: 2, the usage of `options` with it, for a time that is none, else
/// as read_certificates.
[[nodiscard]] cms::VerifyOptions trust_options(const CommandOptions& options, const ParsedArguments& parsed);

/// Error(1): `name` does not verify, `why`; what to do if nobody is trusted.
[[nodiscard]] Error does_not_verify(const std::string& name, const std::string& why,
                                    const cms::VerifyOptions& verification);

}  // namespace signet::client::commands
