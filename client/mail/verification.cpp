#include "client/mail/verification.h"

#include "client/mail/mailboxes.h"
#include "client/mail/signed_message.h"
#include "cms/content_types.h"

#include <algorithm>

namespace signet::client::mail {

namespace {

bool has_certificate(const cms::SignerResult& signer) {
    return signer.certificate.has_value();
}

}  // namespace

std::string_view reason_token(MessageReasonCode code) noexcept {
    switch (code) {
        case MessageReasonCode::content_twice:
            return "content-twice";
        case MessageReasonCode::content_not_mail:
            return "content-not-mail";
        case MessageReasonCode::sender_differs:
            return "sender-differs";
        case MessageReasonCode::sender_missing:
            return "sender-missing";
    }
    return {};
}

std::vector<std::string> signer_addresses(const cms::SignedDataResult& result) {
    std::vector<std::string> addresses;
    for (const auto& signer : result.signers) {
        if (signer.certificate) {
            const auto more = signer.certificate->email_addresses();
            addresses.insert(addresses.end(), more.begin(), more.end());
        }
    }
    return addresses;
}

Verification verify_message(const Entity& message, const cms::VerifyOptions& options) {
    Verification verification;
    verification.senders = senders_of(message);
    const auto parts = take_apart_signed(message);
    const auto feed_entity = [&parts](const std::function<void(cms::BytesView)>& feed) {
        feed(cms::as_bytes(*parts.entity));
    };
    auto result = cms::verify_signed_data(
        parts.signed_data, parts.entity ? cms::ContentSource(feed_entity) : cms::ContentSource(), options);
    // Which of two contents a reader sees would be up to the reader.
    if (parts.entity && result.content) {
        verification.reasons.push_back(
            {MessageReasonCode::content_twice, "the detached signature brings content of its own"});
    }
    if (result.content_type != cms::id_data) {
        verification.reasons.push_back(
            {MessageReasonCode::content_not_mail,
             "what is signed is no mail content but of type " + result.content_type});
    }
    if (parts.entity) {
        verification.entity = *parts.entity;
    } else if (result.content) {
        verification.entity = cms::as_text(*result.content);
        result.content.reset();
    }
    const bool has_from = message.only("From") != nullptr;
    const bool comparable = std::any_of(result.signers.begin(), result.signers.end(), has_certificate);
    // Without a certificate nothing holds, and the signature's reasons say so.
    if (auto mismatch = sender_mismatch(message, signer_addresses(result));
        !mismatch.empty() && (comparable || !has_from || result.holds())) {
        verification.reasons.push_back(
            {has_from ? MessageReasonCode::sender_differs : MessageReasonCode::sender_missing,
             std::move(mismatch)});
    }
    verification.signed_data = std::move(result);
    return verification;
}

}  // namespace signet::client::mail
