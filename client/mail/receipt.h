// Signed receipts as mail (RFC 2634 sections 2.4 to 2.6).
#pragma once

#include "client/agent_connection.h"
#include "client/mail/entity.h"
#include "client/mail/finished_message.h"
#include "client/mail/layers.h"
#include "client/signing_options.h"

#include <string>

namespace signet::client::mail {

/// The receipt for `message`, whose layers must hold, signed as `options` say by the one reader who has a key
/// here: the one that they name, else the one that the message is addressed to. Throws client::Error: 1 if
/// the message asks for none, or for none of this reader; 4 if it is not clear who the reader is; else as
/// AgentConnection::sign.
[[nodiscard]] FinishedMessage make_receipt(AgentConnection& agent, SigningOptions options,
                                           const Entity& message, const Unwrapped& unwrapped);

/// Why `receipt`, whose layers must hold, is none for `sent`: one clause; empty if it is one.
[[nodiscard]] std::string receipt_fault(const Unwrapped& receipt, const Unwrapped& sent);

}  // namespace signet::client::mail
