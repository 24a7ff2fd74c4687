// The commands of signet-cms: what reads or writes CMS itself. As commands.h.
#pragma once

#include "client/commands/program.h"

namespace signet::client::commands {

/// `signet sign --attached` and `signet sign --timestamp`.
ExitStatus sign_attached(const Arguments& arguments);
/// `signet countersign`.
ExitStatus countersign(const Arguments& arguments);
ExitStatus verify(const Arguments& arguments);
ExitStatus encrypt(const Arguments& arguments);
ExitStatus decrypt(const Arguments& arguments);
ExitStatus compress(const Arguments& arguments);
ExitStatus decompress(const Arguments& arguments);
ExitStatus certificates(const Arguments& arguments);
/// `signet token csr`.
ExitStatus token_csr(const Arguments& arguments);
/// `signet token import`.
ExitStatus token_import(const Arguments& arguments);

}  // namespace signet::client::commands
