// A label that somebody else has given, said again by a signer (RFC 2634 sections 1.4 and 4.2).
#pragma once

#include "agent/protocol/signet.pb.h"
#include "cms/labels.h"

namespace signet::client::commands {

/// Asks for `label` with the equivalents that its first signer gives, categories as they came.
void repeat_label(const cms::MessageLabel& label, agent::protocol::SignedAttributes& wanted);

}  // namespace signet::client::commands
