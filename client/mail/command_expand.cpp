#include "client/commands/command_options.h"
#include "client/commands/encryption_arguments.h"
#include "client/commands/opening_arguments.h"
#include "client/commands/output_collision.h"
#include "client/commands/reader_clearance.h"
#include "client/commands/signing_arguments.h"
#include "client/commands/trust_arguments.h"
#include "client/input_file.h"
#include "client/mail/commands.h"
#include "client/mail/expansion.h"
#include "client/mail/labels_inside.h"
#include "client/mail/line_ends.h"
#include "client/mail/message_source.h"
#include "client/output_file.h"

namespace signet::client::mail {

namespace {

cms::ListReceipts list_receipts(const commands::CommandOptions& options,
                                const commands::ParsedArguments& parsed) {
    cms::ListReceipts receipts;
    const auto policy = parsed.text("receipts");
    if (policy == "none") {
        receipts.policy = cms::ListReceiptPolicy::none;
    } else if (policy == "instead-of") {
        receipts.policy = cms::ListReceiptPolicy::instead_of;
    } else if (policy == "in-addition-to") {
        receipts.policy = cms::ListReceiptPolicy::in_addition_to;
    } else if (!policy.empty()) {
        throw options.usage_error("--receipts takes none, instead-of or in-addition-to");
    }
    receipts.names = parsed.list("receipts-to");
    const bool named = policy == "instead-of" || policy == "in-addition-to";
    if (named == receipts.names.empty()) {
        throw options.usage_error("--receipts-to goes with --receipts instead-of and in-addition-to");
    }
    for (const auto& address : receipts.names) {
        if (!cms::is_mail_name(address) || address.find('@') == std::string::npos) {
            throw options.usage_error("--receipts-to takes mail addresses, and '" + address + "' is none");
        }
    }
    return receipts;
}

}  // namespace

ExitStatus expand_command(const Arguments& arguments) {
    commands::CommandOptions options(
        "mail expand", "-k LIST [-r MEMBER]... [--trust PEM] [--receipts POLICY] [-o OUT] [FILE]",
        std::string(
            "Sends a message on to the members of a mailing list: what is encrypted to the list is "
            "encrypted\n"
            "to the members, and the list signs around it which lists it has come by (RFC 2634). All\n"
            "signatures outside of the encryption must hold; that of another list is replaced, and its "
            "label\n"
            "kept. Exit status 1 if this list has sent the message on before, 7 if a label, also one that "
            "was\n"
            "encrypted, is above the list's clearance.\n\n") +
            commands::about_trust);
    commands::add_encryption_options(options);
    commands::add_signer_options(options);
    commands::add_trust_options(options);
    commands::add_clearance_option(options);
    options.value("receipts", "POLICY", "who gets the members' receipts: none, instead-of, in-addition-to")
        .values("receipts-to", "ADDRESS", "for instead-of and in-addition-to")
        .value("output,o", "OUT", "where the message goes; default standard output");
    const auto parsed = options.parse(arguments, 0, 1);
    if (!parsed) {
        return ExitStatus::done;
    }
    if (parsed->list("key").size() != 1) {
        throw options.usage_error("-k names the list's own key");
    }
    if (parsed->has("json")) {
        throw options.usage_error("mail expand prints the message, and no JSON");
    }
    Expansion expansion;
    expansion.signing = commands::signing_options(options, *parsed);
    expansion.encryption = commands::encryption_options(options, *parsed);
    expansion.fit_to_members = [&](cms::EncryptOptions& encryption,
                                   const std::vector<cms::Certificate>& members) {
        return commands::fit_to_recipients(encryption, *parsed, members, "cannot expand");
    };
    expansion.members = parsed->list("recipient");
    expansion.receipts = list_receipts(options, *parsed);
    expansion.verification = commands::trust_options(options, *parsed);
    expansion.broken = commands::broken_ciphers(*parsed);
    expansion.require_clearance = [&](std::string_view text) {
        require_clearance_inside(*parsed, text, "cannot expand");
    };
    expansion.trust_is_named = parsed->has("trust");
    const auto source = message_source(*parsed);
    auto read = expansion.members;
    const auto trust = commands::trust_files(*parsed);
    read.insert(read.end(), trust.begin(), trust.end());
    read.insert(read.end(), {source, parsed->text("clearance")});
    commands::refuse_to_replace(options, read, output_of(*parsed));
    in_the_words_of("cannot expand " + name_of_input(source), Origin::received, [&] {
        const auto raw = read_message(source);
        AgentConnection agent(parsed->socket());
        const auto finished = expand(agent, parse_message(raw), expansion);
        const auto out = with_line_ends(finished.bytes, line_ends_of(raw));
        write_outputs({{output_of(*parsed), cms::as_bytes(out), Privacy::shared}});
        commands::warn_all(finished.warnings);
    });
    return ExitStatus::done;
}

}  // namespace signet::client::mail
