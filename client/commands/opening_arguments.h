// The options of every command that decrypts.
#pragma once

#include "client/commands/command_options.h"
#include "client/content_opener.h"

namespace signet::client::commands {

/// Adds -k and --wait, as open_content takes them.
inline void add_opening_options(CommandOptions& options) {
    options
        .value("key,k", "ID",
               "whose key: address, fingerprint, label or pkcs11: URI; default: whichever fits")
        .flag("wait", "if its token is not there, wait until it is inserted");
}

/// Adds --legacy; the options of trust bring one of their own.
inline void add_legacy_option(CommandOptions& options) {
    options.flag("legacy", "open what is encrypted with RC2 too, and say so");
}

/// What --legacy says.
[[nodiscard]] inline BrokenCiphers broken_ciphers(const ParsedArguments& parsed) {
    return parsed.has("legacy") ? BrokenCiphers::opened : BrokenCiphers::refused;
}

}  // namespace signet::client::commands
