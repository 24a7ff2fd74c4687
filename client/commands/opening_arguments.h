// The options of every command that decrypts.
#pragma once

#include "client/commands/command_options.h"

namespace signet::client::commands {

/// Adds -k: its text, empty without it, is what open_content takes.
inline void add_opening_options(CommandOptions& options) {
    options.value("key,k", "ID",
                  "whose key: address, fingerprint, label or pkcs11: URI; default: whichever fits");
}

}  // namespace signet::client::commands
