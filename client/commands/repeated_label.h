// A label that somebody else has given, said again by a signer (RFC 2634 sections 1.4 and 4.2).
#pragma once

#include "agent/protocol/signet.pb.h"
#include "cms/labels.h"

namespace signet::client::commands {

/// Asks for `label`, categories as they came. With it go its equivalents if they are verified, and all
/// signers who give any give the same: whoever signs them vouches for them (RFC 2634 section 3.4.2).
void repeat_label(const cms::MessageLabel& label, agent::protocol::SignedAttributes& wanted);

}  // namespace signet::client::commands
