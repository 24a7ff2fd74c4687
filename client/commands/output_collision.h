// Outputs that would replace what must stay.
#pragma once

#include <string>
#include <vector>

#include "client/commands/command_options.h"

namespace signet::client::commands {

/// For files that are signed: throws Error(2) if an output is one of `inputs`, or two outputs are one file.
/// `outputs` has one for each of `inputs`.
void refuse_collisions(const CommandOptions& options, const std::vector<std::string>& inputs,
                       const std::vector<std::string>& outputs);

/// Throws Error(2) if the file `output` is one of the files `read`: certificates, or a signature. `-` in
/// `read` is standard input; names that are no files do not count, nor do empty ones.
void refuse_to_replace(const CommandOptions& options, const std::vector<std::string>& read,
                       const std::string& output);

}  // namespace signet::client::commands
