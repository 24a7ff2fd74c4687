#include "client/commands/attribute_arguments.h"
#include "client/commands/command_options.h"
#include "client/commands/encryption_arguments.h"
#include "client/commands/output_collision.h"
#include "client/commands/signing_arguments.h"
#include "client/input_file.h"
#include "client/mail/canonical.h"
#include "client/mail/commands.h"
#include "client/mail/encrypted_message.h"
#include "client/mail/line_ends.h"
#include "client/mail/mailboxes.h"
#include "client/mail/message_source.h"
#include "client/mail/outer_header.h"
#include "client/mail/signing.h"
#include "client/output_file.h"
#include "client/recipients.h"
#include "cms/enveloped_data.h"

namespace signet::client::mail {

namespace {

struct WrapChoices {
    commands::ParsedArguments arguments;
    SigningOptions signing;
    cms::EncryptOptions encryption;
    const commands::CommandOptions& options;
};

/// What the outer signature says: what a relay is to know of the content, which is its label alone. A receipt
/// is asked for inside (RFC 2634 section 1.3.4).
SigningOptions outer_signing(const SigningOptions& inner) {
    SigningOptions outer = inner;
    outer.attributes.Clear();
    if (inner.attributes.has_security_label()) {
        *outer.attributes.mutable_security_label() = inner.attributes.security_label();
        *outer.attributes.mutable_equivalent_label() = inner.attributes.equivalent_label();
    }
    return outer;
}

std::vector<cms::Certificate> recipients_of(AgentConnection& agent,
                                            const commands::ParsedArguments& arguments,
                                            const Entity& message) {
    if (const auto named = arguments.list("recipient"); !named.empty()) {
        return find_recipients(agent, named);
    }
    std::vector<std::string> addresses;
    for (const char* field : {"To", "Cc", "Bcc"}) {
        const auto more = mailboxes_of(message, field);
        addresses.insert(addresses.end(), more.begin(), more.end());
    }
    if (addresses.empty()) {
        throw client::Error(ExitStatus::usage, "cannot wrap", "the message has no recipient",
                            "name one with -r");
    }
    return find_recipients_by_address(agent, addresses);
}

FinishedMessage wrapped(const WrapChoices& choices, const Entity& message) {
    AgentConnection agent(choices.arguments.socket());
    auto recipients = recipients_of(agent, choices.arguments, message);
    auto encryption = choices.encryption;
    auto cipher_warnings =
        commands::fit_to_recipients(encryption, choices.arguments, recipients, "cannot wrap");
    const auto senders = senders_of(message);
    for (auto& warning : commands::add_self(choices.options, choices.arguments, agent, recipients,
                                            senders.size() == 1 ? senders.front() : std::string())) {
        cipher_warnings.push_back(std::move(warning));
    }
    const auto signing = with_signer(choices.signing, message);
    const auto inner = sign_entity(agent, signing, SignedForm::clear, message, {}, canonical_entity(message));
    const auto encrypted =
        make_encrypted({}, cms::encrypt_content(cms::as_bytes(inner.bytes), recipients, encryption),
                       cms::is_aead(encryption.cipher));
    const auto form = choices.arguments.has("opaque") ? SignedForm::opaque : SignedForm::clear;
    auto outer =
        sign_entity(agent, outer_signing(signing), form, message,
                    outer_header(message, {"Bcc", "Resent-Bcc"}), canonical_entity(parse_entity(encrypted)));
    // The outer signature is warned of as the inner one is.
    outer.warnings = inner.warnings;
    outer.warnings.insert(outer.warnings.end(), cipher_warnings.begin(), cipher_warnings.end());
    return outer;
}

}  // namespace

ExitStatus wrap_command(const Arguments& arguments) {
    commands::CommandOptions options(
        "mail wrap", "[-k ID]... [-r CERT_OR_ADDRESS]... [--label POLICY[/N]] [-o OUT] [FILE]",
        "Wraps a message in three layers: signed, encrypted to its recipients (without -r those in To, Cc\n"
        "and Bcc), and signed again (RFC 2634). Without -k the address in From signs. A label is the same\n"
        "inside and outside; what else the signer says, and a request for receipts, is inside alone.");
    commands::add_encryption_options(options);
    commands::add_self_options(options);
    commands::add_signing_options(options);
    options.flag("opaque", "put the content inside the outer signature")
        .value("output,o", "OUT", "where the wrapped message goes; default standard output");
    const auto parsed = options.parse(arguments, 0, 1);
    if (!parsed) {
        return ExitStatus::done;
    }
    const WrapChoices choices{*parsed, commands::signing_options(options, *parsed),
                              commands::encryption_options(options, *parsed), options};
    auto read = commands::recipient_files(*parsed);
    read.push_back(commands::policy_document(*parsed));
    commands::refuse_to_replace(options, read, output_of(*parsed));
    const auto source = message_source(*parsed);
    in_the_words_of("cannot wrap " + name_of_input(source), Origin::written_here, [&] {
        const auto raw = read_message(source);
        const auto finished = wrapped(choices, parse_message(raw));
        const auto out = with_line_ends(finished.bytes, line_ends_of(raw));
        write_outputs({{output_of(*parsed), cms::as_bytes(out), Privacy::shared}});
        commands::warn_all(finished.warnings);
    });
    return ExitStatus::done;
}

}  // namespace signet::client::mail
