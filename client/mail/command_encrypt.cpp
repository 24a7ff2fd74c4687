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

/// What the command line says.
struct Choices {
    commands::ParsedArguments arguments;
    SigningOptions signing;
    cms::EncryptOptions encryption;
    const commands::CommandOptions& options;
};

std::vector<std::string> addresses_in(const Entity& message) {
    std::vector<std::string> names;
    for (const char* field : {"To", "Cc", "Bcc"}) {
        const auto addresses = mailboxes_of(message, field);
        names.insert(names.end(), addresses.begin(), addresses.end());
    }
    if (names.empty()) {
        throw client::Error(ExitStatus::usage, "cannot encrypt", "the message has no recipient",
                            "name one with -r");
    }
    return names;
}

FinishedMessage encrypted(const Choices& choices, const Entity& message) {
    const auto& arguments = choices.arguments;
    const auto named = arguments.list("recipient");
    const auto addresses = named.empty() ? addresses_in(message) : std::vector<std::string>();
    const auto entity = canonical_entity(message);
    AgentConnection agent(arguments.socket());
    auto recipients =
        named.empty() ? find_recipients_by_address(agent, addresses) : find_recipients(agent, named);
    auto encryption = choices.encryption;
    auto cipher_warnings = commands::fit_to_recipients(encryption, arguments, recipients, "cannot encrypt");
    const auto senders = senders_of(message);
    for (auto& warning : commands::add_self(choices.options, arguments, agent, recipients,
                                            senders.size() == 1 ? senders.front() : std::string())) {
        cipher_warnings.push_back(std::move(warning));
    }
    // What only a signature could suffer from is no warning without one.
    FinishedMessage content{entity.bytes, {}};
    if (arguments.has("sign")) {
        content =
            sign_entity(agent, with_signer(choices.signing, message), SignedForm::clear, message, {}, entity);
    }
    if (named.empty() && !mailboxes_of(message, "Bcc").empty()) {
        content.warnings.emplace_back(
            "each recipient can see in the encrypted message for whom else it is, Bcc included");
    }
    content.warnings.insert(content.warnings.end(), cipher_warnings.begin(), cipher_warnings.end());
    const auto enveloped = cms::encrypt_content(cms::as_bytes(content.bytes), recipients, encryption);
    content.bytes = make_encrypted(outer_header(message, {"Bcc", "Resent-Bcc"}), enveloped,
                                   cms::is_aead(encryption.cipher));
    return content;
}

}  // namespace

ExitStatus encrypt_command(const Arguments& arguments) {
    commands::CommandOptions options(
        "mail encrypt", "[-r CERT_OR_ADDRESS]... [--sign [-k ID]...] [-o OUT] [FILE]",
        "Encrypts a message to its recipients, without -r those in To, Cc and Bcc; the fields Bcc and\n"
        "Resent-Bcc are left out. With --sign and without -k the address in From signs.");
    commands::add_encryption_options(options);
    commands::add_self_options(options);
    options.flag("sign", "sign first");
    commands::add_signing_options(options);
    options.value("output,o", "OUT", "where the encrypted message goes; default standard output");
    const auto parsed = options.parse(arguments, 0, 1);
    if (!parsed) {
        return ExitStatus::done;
    }
    if (!parsed->has("sign") && commands::has_signing_options(*parsed)) {
        throw options.usage_error("what is asked of a signer goes with --sign");
    }
    const Choices choices{*parsed, commands::signing_options(options, *parsed),
                          commands::encryption_options(options, *parsed), options};
    auto read = commands::recipient_files(*parsed);
    read.push_back(commands::policy_document(*parsed));
    commands::refuse_to_replace(options, read, output_of(*parsed));
    const auto source = message_source(*parsed);
    in_the_words_of("cannot encrypt " + name_of_input(source), Origin::written_here, [&] {
        const auto raw = read_message(source);
        const auto finished = encrypted(choices, parse_message(raw));
        const auto out = with_line_ends(finished.bytes, line_ends_of(raw));
        write_outputs({{output_of(*parsed), cms::as_bytes(out), Privacy::shared}});
        commands::warn_all(finished.warnings);
    });
    return ExitStatus::done;
}

}  // namespace signet::client::mail
