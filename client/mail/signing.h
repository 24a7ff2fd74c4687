// How `mail sign` and `mail encrypt --sign` sign: who, with what, and what to say about it.
#pragma once

#include "client/agent_connection.h"
#include "client/content_signer.h"
#include "client/mail/canonical.h"
#include "client/mail/finished_message.h"

#include <string>
#include <string_view>

namespace signet::client::mail {

/// `options`; if they name nobody, the signer is the address in From; without From the one usable identity.
/// Throws client::Error(4) if From has several addresses.
[[nodiscard]] SigningOptions with_signer(SigningOptions options, const Entity& message);

enum class SignedForm { clear, opaque };

/// The message of `header` and `entity`, signed by the agent. The warnings are those of the entity, what the
/// agent warns of, and whether the signers' certificates lack the addresses in `message`'s From. Throws
/// client::Error, cms::Error, Error.
[[nodiscard]] FinishedMessage sign_entity(AgentConnection& agent, SigningOptions options, SignedForm form,
                                          const Entity& message, std::string_view header,
                                          const CanonicalEntity& entity);

}  // namespace signet::client::mail
