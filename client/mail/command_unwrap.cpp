#include "client/commands/command_options.h"
#include "client/commands/opening_arguments.h"
#include "client/commands/output_collision.h"
#include "client/commands/reader_clearance.h"
#include "client/commands/trust_arguments.h"
#include "client/commands/verify_report.h"
#include "client/content_opener.h"
#include "client/input_file.h"
#include "client/input_kind.h"
#include "client/mail/commands.h"
#include "client/mail/encrypted_message.h"
#include "client/mail/error.h"
#include "client/mail/labels_inside.h"
#include "client/mail/layers.h"
#include "client/mail/layers_report.h"
#include "client/mail/message_kind.h"
#include "client/mail/message_source.h"
#include "client/printable.h"
#include "cms/content_types.h"

#include <cstdio>
#include <string>
#include <vector>

namespace signet::client::mail {

namespace {

void unwrap_source(const commands::ParsedArguments& arguments, const std::string& source,
                   const cms::VerifyOptions& options) {
    const auto raw = read_message(source);
    if (looks_like_cms(cms::as_bytes(raw))) {
        throw is_cms("cannot open", "signet verify");
    }
    const auto message = parse_message(raw);
    AgentConnection agent(arguments.socket());
    auto unwrapped =
        take_off_layers(agent, message, options,
                        {arguments.text("key"), arguments.has("wait"), commands::broken_ciphers(arguments)});
    const bool json = arguments.has("json");
    const auto tell_refusal = [&](const std::string& reason) {
        if (json) {
            commands::print(layers_report_json(unwrapped, reason, {}));
        }
    };
    if (unwrapped.author() == nullptr) {
        const std::string reason = "nobody has signed it, outside or inside";
        tell_refusal(reason);
        throw Error(ErrorCode::malformed, reason,
                    unwrapped.has_encryption() ? "read it with signet mail decrypt" : how_to_read(message));
    }
    if (unwrapped.author()->content_type == cms::id_ct_receipt) {
        const std::string reason = "it is a signed receipt, without a text";
        tell_refusal(reason);
        throw Error(ErrorCode::malformed, reason, "see for what with signet mail receipt --verify");
    }
    if (options.trust_anchors.empty()) {
        for (auto& layer : unwrapped.layers) {
            commands::explain_missing_anchors(layer.signed_data);
        }
    }
    if (const auto fault = layers_fault(unwrapped, message); !fault.empty()) {
        tell_refusal(fault);
        throw commands::does_not_verify(name_of_input(source), fault, arguments.has("trust"));
    }
    std::vector<std::string> labels;
    try {
        labels = commands::require_clearance(arguments, labels_of(unwrapped),
                                             "cannot show " + name_of_input(source));
        require_clearance_inside(arguments, unwrapped.entity, "cannot show " + name_of_input(source));
    } catch (const client::Error& error) {
        if (error.exit_status() == ExitStatus::refused) {
            tell_refusal(error.why());
        }
        throw;
    }
    if (!json) {
        std::fputs(layers_report(unwrapped).c_str(), stderr);
        for (const auto& label : labels) {
            std::fputs((printable(label) + "\n").c_str(), stderr);
        }
    }
    const auto output = output_of(arguments);
    write_result(output, pass_on(unwrapped.entity, raw),
                 json ? layers_report_json(unwrapped, {}, output) : std::string());
    for (const auto& layer : unwrapped.layers) {
        if (!layer.is_signed) {
            commands::warn_all(cipher_warnings(layer.opened.cipher));
        }
    }
}

}  // namespace

ExitStatus unwrap_command(const Arguments& arguments) {
    commands::CommandOptions options(
        "mail unwrap", "[-k ID] [--trust PEM] [--clearance TOML] [--json] [-o OUT] [FILE]",
        std::string(
            "Opens a message in all its layers of signatures and encryption at once (triple wrapping), and\n"
            "writes what is inside, which is the body with its Content fields. Says on standard error who\n"
            "signed each layer, and the security label. Nothing is written unless every signature holds, "
            "the\n"
            "innermost is the sender's, the labels outside and inside agree, and the clearance allows "
            "it.\n\n") +
            commands::about_trust +
            "\n\n--json, with -o, prints one object:\n"
            "  holds   true or false\n"
            "  reason  why not: text for people, else null\n"
            "  layers  array, the outermost first, of {kind: signed, signature: object, as signet verify\n"
            "          --json prints it}, and of {kind: encrypted, authenticated, cipher, content_type,\n"
            "          identity, as signet decrypt --json prints them}\n"
            "  output  where the message is; null: nowhere, since it does not hold, nobody has signed it\n"
            "          or the clearance refuses it");
    commands::add_opening_options(options);
    commands::add_trust_options(options);
    commands::add_clearance_option(options);
    options.value("output,o", "OUT", "where what is inside goes; default standard output");
    const auto parsed = options.parse(arguments, 0, 1);
    if (!parsed) {
        return ExitStatus::done;
    }
    if (parsed->has("json") && output_of(*parsed) == "-") {
        throw options.usage_error("--json and the message cannot both go to standard output");
    }
    const auto source = message_source(*parsed);
    auto read = commands::trust_files(*parsed);
    read.insert(read.end(), {source, parsed->text("clearance")});
    commands::refuse_to_replace(options, read, output_of(*parsed));
    const auto verify = commands::trust_options(options, *parsed);
    in_the_words_of("cannot open " + name_of_input(source), Origin::received,
                    [&] { unwrap_source(*parsed, source, verify); });
    return ExitStatus::done;
}

}  // namespace signet::client::mail
