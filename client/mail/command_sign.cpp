#include "client/commands/attribute_arguments.h"
#include "client/commands/command_options.h"
#include "client/commands/output_collision.h"
#include "client/commands/signing_arguments.h"
#include "client/input_file.h"
#include "client/mail/canonical.h"
#include "client/mail/commands.h"
#include "client/mail/line_ends.h"
#include "client/mail/message_source.h"
#include "client/mail/outer_header.h"
#include "client/mail/signing.h"
#include "client/output_file.h"

namespace signet::client::mail {

namespace {

FinishedMessage signed_message(const commands::ParsedArguments& arguments, const SigningOptions& signing,
                               const std::string& raw) {
    const auto message = parse_message(raw);
    const auto entity = canonical_entity(message);
    const auto options = with_signer(signing, message);
    AgentConnection agent(arguments.socket());
    const auto form = arguments.has("opaque") ? SignedForm::opaque : SignedForm::clear;
    auto finished = sign_entity(agent, options, form, message, outer_header(message), entity);
    finished.bytes = with_line_ends(finished.bytes, line_ends_of(raw));
    return finished;
}

}  // namespace

ExitStatus sign_command(const Arguments& arguments) {
    commands::CommandOptions options(
        "mail sign", "[-k ID]... [--opaque] [-o OUT] [FILE]",
        "Signs a message: multipart/signed, or application/pkcs7-mime with --opaque. Without -k the\n"
        "address in From signs.");
    commands::add_signing_options(options);
    options.flag("opaque", "put the content inside the signature")
        .value("output,o", "OUT", "where the signed message goes; default standard output");
    const auto parsed = options.parse(arguments, 0, 1);
    if (!parsed) {
        return ExitStatus::done;
    }
    const auto signing = commands::signing_options(options, *parsed);
    commands::refuse_to_replace(options, {commands::policy_document(*parsed)}, output_of(*parsed));
    const auto source = message_source(*parsed);
    in_the_words_of("cannot sign " + name_of_input(source), Origin::written_here, [&] {
        const auto out = signed_message(*parsed, signing, read_message(source));
        write_outputs({{output_of(*parsed), cms::as_bytes(out.bytes), Privacy::shared}});
        commands::warn_all(out.warnings);
    });
    return ExitStatus::done;
}

}  // namespace signet::client::mail
