#include "client/mail/signing.h"

#include "client/mail/error.h"
#include "client/mail/mailboxes.h"
#include "client/mail/signed_message.h"
#include "cms/signed_data_verifier.h"

namespace signet::client::mail {

namespace {

/// The certificates that stand in the signature itself are those that a reader compares with From.
std::vector<std::string> certified_addresses(cms::BytesView signed_data, cms::BytesView entity) {
    const auto result = cms::verify_signed_data(
        signed_data, [entity](const std::function<void(cms::BytesView)>& feed) { feed(entity); }, {});
    std::vector<std::string> addresses;
    for (const auto& signer : result.signers) {
        if (signer.certificate) {
            const auto more = signer.certificate->email_addresses();
            addresses.insert(addresses.end(), more.begin(), more.end());
        }
    }
    return addresses;
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

void add_signing_options(commands::CommandOptions& options) {
    options
        .values("key,k", "ID",
                "who signs: address, fingerprint, label or pkcs11: URI; default the address in From")
        .value("digest", "NAME", "sha256 (default), sha384 or sha512")
        .flag("rsa-pss", "RSASSA-PSS instead of PKCS#1 v1.5 for RSA keys");
}

SigningOptions signing_options(const commands::ParsedArguments& arguments, const Entity& message) {
    SigningOptions options;
    options.rsa_pss = arguments.has("rsa-pss");
    if (arguments.has("digest")) {
        const auto name = arguments.text("digest");
        const auto digest = cms::digest_from_name(name);
        if (!digest || *digest == cms::DigestAlgorithm::sha1) {
            throw client::Error(ExitStatus::usage, "cannot sign",
                                "there is no digest '" + name + "' to sign with",
                                "use sha256, sha384 or sha512");
        }
        options.digest_algorithm = *digest;
    }
    options.identities = arguments.list("key");
    if (options.identities.empty()) {
        options.identities = senders_of(message);
        if (options.identities.size() > 1) {
            throw client::Error(ExitStatus::identity, "cannot choose the signer",
                                "the message is from several: " + joined(options.identities),
                                "say with -k who signs");
        }
    }
    return options;
}

std::string sign_entity(AgentConnection& agent, const SigningOptions& options, SignedForm form,
                        const Entity& message, std::string_view header, std::string_view entity) {
    std::string mismatch;
    const auto sign = [&](cms::BytesView content) {
        auto result = form == SignedForm::clear ? sign_detached(agent, options, content)
                                                : sign_attached(agent, options, content);
        for (const auto& warning : result.warnings) {
            commands::warn(warning);
        }
        mismatch = why_readers_refuse(message, certified_addresses(result.signed_data, content));
        return std::move(result.signed_data);
    };
    auto out = form == SignedForm::clear ? make_clear_signed(header, entity, options.digest_algorithm, sign)
                                         : make_opaque_signed(header, entity, sign);
    if (!mismatch.empty()) {
        commands::warn(mismatch + ": readers will not accept the signature as the sender's");
    }
    return out;
}

}  // namespace signet::client::mail
