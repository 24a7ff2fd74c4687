#include "client/commands/command_options.h"
#include "client/commands/output_collision.h"
#include "client/commands/reader_clearance.h"
#include "client/commands/trust_arguments.h"
#include "client/commands/verify_report.h"
#include "client/input_file.h"
#include "client/input_kind.h"
#include "client/mail/commands.h"
#include "client/mail/encrypted_message.h"
#include "client/mail/labels_inside.h"
#include "client/mail/message_source.h"
#include "client/mail/verification.h"
#include "client/mail/verification_report.h"
#include "client/output_file.h"

#include <cstdio>

namespace signet::client::mail {

namespace {

/// With --json standard output is for the answer, else for the message.
void verify_source(const commands::ParsedArguments& arguments, const std::string& source,
                   const cms::VerifyOptions& options) {
    const auto raw = read_message(source);
    if (looks_like_cms(cms::as_bytes(raw))) {
        throw is_cms("cannot verify", "signet verify");
    }
    auto verification = verify_message(parse_message(raw), options);
    if (options.trust_anchors.empty()) {
        commands::explain_missing_anchors(verification.signed_data);
    }
    const bool json = arguments.has("json");
    if (json) {
        commands::print(verification_report_json(verification));
    }
    if (!verification.holds()) {
        throw commands::does_not_verify(
            name_of_input(source), why_not(verification),
            arguments.has("trust") || !commands::fails_for_trust_alone(verification.signed_data));
    }
    commands::require_clearance(arguments, verification.signed_data, "cannot show " + name_of_input(source));
    require_clearance_inside(arguments, verification.entity, "cannot show " + name_of_input(source));
    if (!json) {
        std::fputs(verification_report(verification).c_str(), stderr);
    }
    if (!json || arguments.has("output")) {
        const auto entity = pass_on(verification.entity, raw);
        write_outputs({{output_of(arguments), cms::as_bytes(entity), Privacy::owner_only}});
    }
}

}  // namespace

ExitStatus verify_command(const Arguments& arguments) {
    commands::CommandOptions options(
        "mail verify",
        "[--trust PEM] [--crl FILE]... [--revocation MODE] [--require-policy OID]... "
        "[--at TIME] [--clearance TOML] [--json] [-o OUT] [FILE]",
        std::string(
            "Verifies a signed message: that it is intact, that each signer's certificate has a path to a\n"
            "certificate of --trust, and that the signers are who the message says it is from. Then writes "
            "what\n"
            "is signed, which is the body with its Content fields and never the rest of the header, and says "
            "on\n"
            "standard error who signed it. Exit status 0 only if all holds.\n\n") +
            commands::about_trust +
            "\n\n--json prints one object on standard output; what is signed is then written only with -o:\n"
            "  holds      true or false\n"
            "  from       array of addresses\n"
            "  reasons    array of {reason, text}: what is wrong with the message as a whole, reason being\n"
            "             content-twice, content-not-mail, sender-differs or sender-missing\n"
            "  signature  object, as signet verify --json prints it");
    commands::add_trust_options(options);
    commands::add_clearance_option(options);
    options.value("output,o", "OUT", "where what is signed goes, if all holds; default standard output");
    const auto parsed = options.parse(arguments, 0, 1);
    if (!parsed) {
        return ExitStatus::done;
    }
    if (parsed->has("json") && parsed->text("output") == "-") {
        throw options.usage_error("standard output has room for the JSON or for the message");
    }
    const auto source = message_source(*parsed);
    auto read = commands::trust_files(*parsed);
    read.push_back(source);
    read.push_back(parsed->text("clearance"));
    commands::refuse_to_replace(options, read, output_of(*parsed));
    const auto verify = commands::trust_options(options, *parsed);
    in_the_words_of("cannot verify " + name_of_input(source), Origin::received,
                    [&] { verify_source(*parsed, source, verify); });
    return ExitStatus::done;
}

}  // namespace signet::client::mail
