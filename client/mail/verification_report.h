// What `signet mail verify` says.
#pragma once

#include "client/mail/verification.h"

#include <string>

namespace signet::client::mail {

/// For people: the verdict and the sender, then a block for each signer.
[[nodiscard]] std::string verification_report(const Verification& verification);

/// One object: holds, from (array of addresses), reasons (array of {reason, text}, against the message as a
/// whole), and signature, an object as `signet verify --json` prints it.
[[nodiscard]] std::string verification_report_json(const Verification& verification);

/// All reasons, in one line; empty if it holds.
[[nodiscard]] std::string why_not(const Verification& verification);

}  // namespace signet::client::mail
