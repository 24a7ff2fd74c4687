#include "client/commands/command_options.h"
#include "client/mail/commands.h"
#include "client/mail/encrypted_message.h"
#include "client/mail/message_source.h"
#include "client/mail/verification.h"
#include "client/mail/verification_report.h"
#include "client/output_file.h"
#include "client/recipients.h"
#include "client/rfc3339.h"

namespace signet::client::mail {

namespace {

cms::VerifyOptions verify_options(const commands::CommandOptions& options,
                                  const commands::ParsedArguments& arguments) {
    cms::VerifyOptions verify;
    if (arguments.has("trust")) {
        verify.trust_anchors = read_certificates(arguments.text("trust"));
    }
    if (arguments.has("at")) {
        verify.at = parse_rfc3339(arguments.text("at"));
        if (!verify.at) {
            throw options.usage_error("'" + arguments.text("at") + "' is no time like 2026-11-22T20:00:00Z");
        }
    }
    return verify;
}

void verify_source(const commands::ParsedArguments& arguments, const std::string& source,
                   const cms::VerifyOptions& options) {
    const auto raw = read_message(source);
    const auto verification = verify_message(parse_message(raw), options);
    // Standard output has room for one of the two.
    if (output_of(arguments) != "-" || !arguments.has("output")) {
        commands::print(arguments.has("json") ? verification_report_json(verification)
                                              : verification_report(verification));
    }
    if (!verification.holds()) {
        throw client::Error(
            ExitStatus::answer_is_no, name_of_message(source) + " does not verify", why_not(verification),
            options.trust_anchors.empty() ? "name the authority's certificate with --trust" : "");
    }
    if (arguments.has("output")) {
        const auto entity = pass_on(verification.entity, raw);
        write_outputs({{output_of(arguments), cms::as_bytes(entity), Privacy::shared}});
    }
}

}  // namespace

ExitStatus verify_command(const Arguments& arguments) {
    commands::CommandOptions options(
        "mail verify", "[--trust PEM] [--at TIME] [--json] [-o OUT] [FILE]",
        "Verifies a signed message: that it is intact, that each signer's certificate has a path to a\n"
        "certificate of --trust, and that the signers are who the message says it is from. Exit status 0\n"
        "only if all holds.\n\n"
        "--json prints one object:\n"
        "  holds      true or false\n"
        "  from       array of addresses\n"
        "  reasons    array: what is wrong with the message as a whole\n"
        "  signature  object, as signet verify --json prints it");
    options.value("trust", "PEM", "certificates of the authorities to trust")
        .value("at", "TIME", "verify as of that time (RFC 3339), not now")
        .value("output,o", "OUT", "write what is signed there, if all holds")
        .flag("json", "print JSON");
    const auto parsed = options.parse(arguments, 0, 1);
    if (!parsed) {
        return ExitStatus::done;
    }
    const auto verify = verify_options(options, *parsed);
    const auto source = message_source(*parsed);
    in_the_words_of("cannot verify " + name_of_message(source),
                    [&] { verify_source(*parsed, source, verify); });
    return ExitStatus::done;
}

}  // namespace signet::client::mail
