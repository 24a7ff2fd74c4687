// Whether the reader may see a labelled message (RFC 2634 section 3.3).
#pragma once

#include "client/commands/command_options.h"
#include "cms/labels.h"

#include <string>
#include <vector>

namespace signet::client::commands {

/// Adds --clearance.
void add_clearance_option(CommandOptions& options);

/// The labels in words, for standard error; empty without one. Throws client::Error(7), `what_failed`, if the
/// clearance of --clearance, or else the reader's own, refuses one of them; Error(9) as Clearance::load.
/// Without any clearance file nothing is refused.
[[nodiscard]] std::vector<std::string> require_clearance(const ParsedArguments& arguments,
                                                         const std::vector<cms::MessageLabel>& labels,
                                                         const std::string& what_failed);
/// The same for one SignedData that holds, in lines on standard error. Throws cms::Error(malformed) as well.
void require_clearance(const ParsedArguments& arguments, const cms::SignedDataResult& result,
                       const std::string& what_failed);

}  // namespace signet::client::commands
