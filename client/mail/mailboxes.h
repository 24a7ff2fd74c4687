// The addresses in From, To, Cc and Bcc (RFC 5322 section 3.4), and whether a certificate speaks for them.
#pragma once

#include "client/mail/entity.h"

#include <string>
#include <string_view>
#include <vector>

namespace signet::client::mail {

/// The addr-specs of all fields called `name`, members of groups included, without display names. Empty
/// without such a field. Throws Error(malformed) if one does not parse strictly.
[[nodiscard]] std::vector<std::string> mailboxes_of(const Entity& message, std::string_view name);

/// Throws Error(malformed) as well if there is more than one From field.
[[nodiscard]] std::vector<std::string> senders_of(const Entity& message);

/// Why a signature by somebody with the certified addresses `signer` is none by the message's senders: one
/// sentence (RFC 8550 section 3). Empty if every sender is among `signer`. A message without From has no
/// sender that could be. Stricter than the RFC: a certificate without an address vouches for nobody, and
/// Sender does not count. Throws as senders_of.
[[nodiscard]] std::string sender_mismatch(const Entity& message, const std::vector<std::string>& signer);

/// `items` with ", " in between.
[[nodiscard]] std::string joined(const std::vector<std::string>& items);

}  // namespace signet::client::mail
