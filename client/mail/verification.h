// Whether a signed message holds: every signer, and that they are who the message says it is from.
#pragma once

#include "client/mail/entity.h"
#include "cms/signed_data_verifier.h"

#include <string>
#include <string_view>
#include <vector>

namespace signet::client::mail {

enum class MessageReasonCode { content_twice, content_not_mail, sender_differs, sender_missing };

struct MessageReason {
    MessageReasonCode code{};
    /// One sentence for a person; it may change.
    std::string text;
};

/// "sender-differs": what programs may rely on. Never changes for a code.
[[nodiscard]] std::string_view reason_token(MessageReasonCode code) noexcept;

struct Verification {
    /// What the SignedData says; its content is in `entity`.
    cms::SignedDataResult signed_data;
    /// What is wrong with the message as a whole.
    std::vector<MessageReason> reasons;
    /// The addresses in From.
    std::vector<std::string> senders;
    /// What was verified, and nothing else: the signed entity, header and body, as it was signed.
    std::string entity;

    /// At least one signer, every one intact and trusted, and no reason against the whole.
    [[nodiscard]] bool holds() const noexcept { return reasons.empty() && signed_data.holds(); }
};

/// The mail addresses of the signers' certificates.
[[nodiscard]] std::vector<std::string> signer_addresses(const cms::SignedDataResult& result);

/// Verifies a multipart/signed or signed-data message. Holds only over content of type id-data that stands in
/// one place: a detached signature that brings content of its own does not; nor does a message without From.
/// Whom an unknown certificate stands for is no reason of the message, only of the signature. Throws Error or
/// cms::Error if the message is not signed, or not in a form that can be verified.
[[nodiscard]] Verification verify_message(const Entity& message, const cms::VerifyOptions& options);

}  // namespace signet::client::mail
