// `signet sign --add`.
#pragma once

#include "client/commands/command_options.h"
#include "client/signing_options.h"

namespace signet::client::commands {

/// Adds the signers of `signing` to the signature that --add names: over the content that is in it, else over
/// the one operand, else over the file that it is named after. Every SignerInfo, certificate and CRL that is
/// there stays as it is. Warns of signatures that do not fit the content. Throws Error.
ExitStatus add_signer(const CommandOptions& options, const ParsedArguments& parsed, SigningOptions signing);

}  // namespace signet::client::commands
