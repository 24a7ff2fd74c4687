// What a mailing list agent does with a message (RFC 2634 section 4).
#pragma once

#include "client/agent_connection.h"
#include "client/content_opener.h"
#include "client/mail/entity.h"
#include "client/mail/finished_message.h"
#include "client/signing_options.h"
#include "cms/enveloped_data.h"
#include "cms/receipts.h"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace signet::client::mail {

struct Expansion {
    /// The one identity is the list's.
    SigningOptions signing;
    cms::EncryptOptions encryption;
    /// Chooses the cipher for the members; returns warnings of it and of them.
    std::function<std::vector<std::string>(cms::EncryptOptions&, const std::vector<cms::Certificate>&)>
        fit_to_members;
    /// As find_recipients takes them; for encrypted messages.
    std::vector<std::string> members;
    /// Of what is encrypted to the list.
    BrokenCiphers broken = BrokenCiphers::refused;
    /// Asked of all that the list reads, header and body: throws if a label in it is above the list.
    std::function<void(std::string_view)> require_clearance;
    /// The list's own policy.
    cms::ListReceipts receipts;
    cms::VerifyOptions verification;
    /// Whether a person named whom to trust.
    bool trust_is_named = false;
};

/// `message` as the list sends it on: without the signatures of an earlier list and around it, and those
/// around what is encrypted; with what is encrypted encrypted anew to the members; signed by the list with
/// the expansion history, and the label, content hints and content identifier of what it replaces. A
/// signature around what is not encrypted is its author's, and stays. Throws client::Error: 1 if a signature
/// outside of the encryption does not hold or the list has sent it on already, 4 if the list's identity is
/// not clear, else as what it calls; Error and cms::Error for what is malformed.
[[nodiscard]] FinishedMessage expand(AgentConnection& agent, const Entity& message,
                                     const Expansion& expansion);

}  // namespace signet::client::mail
