// The options of every command that decrypts.
#pragma once

#include "client/commands/command_options.h"

namespace signet::client::commands {

/// Adds -k and --wait, as open_content takes them.
inline void add_opening_options(CommandOptions& options) {
    options
        .value("key,k", "ID",
               "whose key: address, fingerprint, label or pkcs11: URI; default: whichever fits")
        .flag("wait", "if its token is not there, wait until it is inserted");
}

}  // namespace signet::client::commands
