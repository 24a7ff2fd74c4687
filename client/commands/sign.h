// `signet sign`, as both programs that do it share it.
#pragma once

#include "client/commands/program.h"
#include "cms/bytes.h"

namespace signet::client::commands {

/// `detached` with `content` inside; as client::attach.
using Attach = cms::Bytes (*)(cms::BytesView detached, cms::BytesView content);

/// The command. `attach` does --attached; none: the process becomes signet-cms for it. Throws Error.
ExitStatus sign_files(const Arguments& arguments, Attach attach);

}  // namespace signet::client::commands
