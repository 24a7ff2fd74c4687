// A token's lines, the same in `signet list` and `signet status`.
#pragma once

#include "agent/protocol/signet.pb.h"
#include "client/commands/json_writer.h"
#include "client/commands/text_block.h"

namespace signet::client::commands {

void report_token(TextBlock& block, const agent::protocol::Token& token);

/// An object with the keys uri, label, manufacturer, model, serial, module, state.
void report_token(JsonWriter& json, const agent::protocol::Token& token);

}  // namespace signet::client::commands
