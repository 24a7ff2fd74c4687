#include "client/mail/signing.h"

#include "client/mail/error.h"
#include "client/mail/mailboxes.h"
#include "client/mail/signed_message.h"
#include "client/mail/verification.h"
#include "cms/signed_data_verifier.h"

namespace signet::client::mail {

namespace {

/// The certificates that stand in the signature itself are those that a reader compares with From.
std::vector<std::string> certified_addresses(cms::BytesView signed_data, cms::BytesView entity) {
    return signer_addresses(cms::verify_signed_data(
        signed_data, [entity](const std::function<void(cms::BytesView)>& feed) { feed(entity); }, {}));
}

/// Somebody named with -k may sign for a sender whom we cannot read ("From: root").
std::string why_readers_refuse(const Entity& message, const std::vector<std::string>& signer) {
    try {
        return sender_mismatch(message, signer);
    } catch (const Error& error) {
        return error.what();
    }
}

}  // namespace

SigningOptions with_signer(SigningOptions options, const Entity& message) {
    if (!options.identities.empty()) {
        return options;
    }
    options.identities = senders_of(message);
    if (options.identities.size() > 1) {
        throw client::Error(ExitStatus::identity, "cannot choose the signer",
                            "the message is from several: " + joined(options.identities),
                            "say with -k who signs");
    }
    return options;
}

FinishedMessage sign_entity(AgentConnection& agent, SigningOptions options, SignedForm form,
                            const Entity& message, std::string_view header, const CanonicalEntity& entity) {
    // The header says it, before anything is signed.
    options.digest_algorithm = digest_algorithm_of(agent, options);
    FinishedMessage finished{{}, entity.warnings};
    std::string mismatch;
    const auto sign = [&](cms::BytesView content) {
        auto result = form == SignedForm::clear ? sign_detached(agent, options, content)
                                                : sign_attached(agent, options, content);
        finished.warnings.insert(finished.warnings.end(), result.warnings.begin(), result.warnings.end());
        // Whose certificate the readers will take is theirs to know.
        if (options.certificates != agent::protocol::NONE) {
            mismatch = why_readers_refuse(message, certified_addresses(result.signed_data, content));
        }
        return std::move(result.signed_data);
    };
    finished.bytes = form == SignedForm::clear
                         ? make_clear_signed(header, entity.bytes, *options.digest_algorithm, sign)
                         : make_opaque_signed(header, entity.bytes, sign);
    if (!mismatch.empty()) {
        finished.warnings.push_back(mismatch + ": readers will not accept the signature as the sender's");
    }
    return finished;
}

}  // namespace signet::client::mail
