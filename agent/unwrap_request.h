// What a token is asked for one recipient info.
#pragma once

#include "cms/certificate.h"
#include "cms/recipient_info.h"
#include "token/protocol/token.pb.h"

namespace signet::agent {

/// A Decrypt or Derive, without slot and key. `info` is a KeyTransport or KeyAgreement. Throws
/// Error(MALFORMED) if the encrypted key or its label is too long.
token::protocol::Request unwrap_request(const cms::RecipientInfo& info);

/// A recipient info for the key of `certificate` that is our own, with the padding, hashes and label of
/// `like` if the key is RSA. A token that is well opens it. Throws cms::Error.
cms::RecipientInfo own_recipient_info(const cms::Certificate& certificate, const cms::RecipientInfo& like);

}  // namespace signet::agent
