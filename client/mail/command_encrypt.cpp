#include "client/commands/command_options.h"
#include "client/commands/output_collision.h"
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

void add_options(commands::CommandOptions& options) {
    options
        .values("recipient,r", "CERT_OR_ADDRESS",
                "whom to encrypt to; default the addresses in To, Cc and Bcc")
        .value("cipher", "NAME", "aes-256-gcm (default), aes-128-gcm, aes-256-cbc, ...")
        .flag("sign", "sign first")
        .value("output,o", "OUT", "where the encrypted message goes; default standard output");
    add_signing_options(options);
}

cms::EncryptOptions encrypt_options(const commands::ParsedArguments& arguments) {
    cms::EncryptOptions options;
    if (arguments.has("cipher")) {
        const auto name = arguments.text("cipher");
        const auto cipher = cms::cipher_from_name(name);
        if (!cipher) {
            throw client::Error(
                ExitStatus::usage, "cannot encrypt", "there is no cipher '" + name + "'",
                "use aes-256-gcm, aes-192-gcm, aes-128-gcm, aes-256-cbc, aes-192-cbc or aes-128-cbc");
        }
        options.cipher = *cipher;
    }
    return options;
}

std::vector<std::string> addresses_in(const Entity& message) {
    std::vector<std::string> names;
    for (const char* field : {"To", "Cc", "Bcc"}) {
        const auto addresses = mailboxes_of(message, field);
        names.insert(names.end(), addresses.begin(), addresses.end());
        if (!addresses.empty() && field == std::string_view("Bcc")) {
            commands::warn(
                "each recipient can see in the encrypted message for whom else it is, Bcc included");
        }
    }
    if (names.empty()) {
        throw client::Error(ExitStatus::usage, "cannot encrypt", "the message has no recipient",
                            "name one with -r");
    }
    return names;
}

std::string encrypted(const commands::ParsedArguments& arguments, const Entity& message) {
    const auto options = encrypt_options(arguments);
    const auto named = arguments.list("recipient");
    const auto addresses = named.empty() ? addresses_in(message) : std::vector<std::string>();
    auto entity = canonical_entity(message);
    AgentConnection agent(arguments.socket());
    const auto recipients =
        named.empty() ? find_recipients_by_address(agent, addresses) : find_recipients(agent, named);
    if (arguments.has("sign")) {
        for (const auto& warning : entity.warnings) {
            commands::warn(warning);
        }
        entity.bytes = sign_entity(agent, signing_options(arguments, message), SignedForm::clear, message, {},
                                   entity.bytes);
    }
    const auto enveloped = cms::encrypt_content(cms::as_bytes(entity.bytes), recipients, options);
    return make_encrypted(outer_header(message, {"Bcc"}), enveloped, cms::is_aead(options.cipher));
}

}  // namespace

ExitStatus encrypt_command(const Arguments& arguments) {
    commands::CommandOptions options("mail encrypt",
                                     "[-r CERT_OR_ADDRESS]... [--sign [-k ID]...] [-o OUT] [FILE]",
                                     "Encrypts a message to its recipients; the Bcc field is left out.");
    add_options(options);
    const auto parsed = options.parse(arguments, 0, 1);
    if (!parsed) {
        return ExitStatus::done;
    }
    if (!parsed->has("sign") && (parsed->has("key") || parsed->has("digest") || parsed->has("rsa-pss"))) {
        throw options.usage_error("-k, --digest and --rsa-pss go with --sign");
    }
    commands::refuse_to_replace(options, parsed->list("recipient"), output_of(*parsed));
    const auto source = message_source(*parsed);
    in_the_words_of("cannot encrypt " + name_of_message(source), [&] {
        const auto raw = read_message(source);
        const auto out = with_line_ends(encrypted(*parsed, parse_message(raw)), line_ends_of(raw));
        write_outputs({{output_of(*parsed), cms::as_bytes(out), Privacy::shared}});
    });
    return ExitStatus::done;
}

}  // namespace signet::client::mail
