// The options of every command that verifies: how to declare them and what they say.
#pragma once

#include <string>
#include <vector>

#include "client/commands/command_options.h"
#include "client/error.h"
#include "cms/signed_data_verifier.h"

namespace signet::client::commands {

/// Adds --trust, --crl, --revocation, those of certificate policies (RFC 5280 section 6.1.1: user-initial-
/// policy-set, initial-explicit-policy, initial-policy-mapping-inhibit, initial-any-policy-inhibit),
/// --offline, --at, --legacy and --json.
void add_trust_options(CommandOptions& options);

/// What they say; without --trust the anchors are the system's for mail. Throws Error: 2, the usage of
/// `options` with it, for a time, a mode or a policy that is none; 8 for a file that is no CRL; else as
/// read_trust_anchors and system_mail_anchors.
[[nodiscard]] cms::VerifyOptions trust_options(const CommandOptions& options, const ParsedArguments& parsed);

/// The files that they name.
[[nodiscard]] std::vector<std::string> trust_files(const ParsedArguments& parsed);

/// Error(1): `name` does not verify, `why`; unless --trust has been given (`named`), or would not help, to
/// give it.
[[nodiscard]] Error does_not_verify(const std::string& name, const std::string& why, bool named);

/// What --help says of trust and revocation, for every command that verifies.
extern const char* const about_trust;

}  // namespace signet::client::commands
