// How `mail sign` and `mail encrypt --sign` sign: who, with what, and what to say about it.
#pragma once

#include "client/agent_connection.h"
#include "client/content_signer.h"
#include "client/mail/entity.h"

#include <string>
#include <string_view>

namespace signet::client::mail {

/// `options`; if they name nobody, the signer is the address in From; without From the one usable identity.
/// Throws client::Error(4) if From has several addresses.
[[nodiscard]] SigningOptions with_signer(SigningOptions options, const Entity& message);

enum class SignedForm { clear, opaque };

/// The message of `header` and `entity`, signed by the agent. Warns on stderr what the agent warns of, and if
/// the signers' certificates do not hold the addresses in `message`'s From. Throws client::Error, cms::Error,
/// Error.
[[nodiscard]] std::string sign_entity(AgentConnection& agent, const SigningOptions& options, SignedForm form,
                                      const Entity& message, std::string_view header,
                                      std::string_view entity);

}  // namespace signet::client::mail
