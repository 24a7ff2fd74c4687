#include "client/commands/command_options.h"
#include "client/commands/json_writer.h"
#include "client/commands/opening_arguments.h"
#include "client/commands/output_collision.h"
#include "client/commands/signing_arguments.h"
#include "client/commands/trust_arguments.h"
#include "client/commands/verify_report.h"
#include "client/input_file.h"
#include "client/mail/commands.h"
#include "client/mail/layers.h"
#include "client/mail/line_ends.h"
#include "client/mail/message_source.h"
#include "client/mail/receipt.h"
#include "client/output_file.h"

#include <cstdio>

namespace signet::client::mail {

namespace {

Unwrapped read_layers(AgentConnection& agent, const commands::ParsedArguments& arguments,
                      const std::string& raw, const cms::VerifyOptions& options) {
    return take_off_layers(agent, parse_message(raw), options,
                           {{}, arguments.has("wait"), commands::broken_ciphers(arguments)});
}

void confirm(const commands::ParsedArguments& arguments, const std::string& source,
             const cms::VerifyOptions& verify, const SigningOptions& signing) {
    const auto raw = read_message(source);
    const auto message = parse_message(raw);
    AgentConnection agent(arguments.socket());
    auto unwrapped = read_layers(agent, arguments, raw, verify);
    if (unwrapped.author() == nullptr) {
        throw client::Error(ExitStatus::answer_is_no, "cannot make a receipt", "nobody has signed it");
    }
    if (const auto fault = layers_fault(unwrapped, message); !fault.empty()) {
        throw commands::does_not_verify(name_of_input(source), fault, arguments.has("trust"));
    }
    auto receipt = make_receipt(agent, signing, message, unwrapped);
    receipt.bytes = with_line_ends(receipt.bytes, line_ends_of(raw));
    write_outputs({{output_of(arguments), cms::as_bytes(receipt.bytes), Privacy::shared}});
    commands::warn_all(receipt.warnings);
}

void report(const commands::ParsedArguments& arguments, const Unwrapped& receipt, const std::string& fault) {
    if (!arguments.has("json")) {
        if (fault.empty()) {
            std::fputs(commands::verify_report(*receipt.author()).c_str(), stderr);
        }
        return;
    }
    commands::JsonWriter json;
    json.begin_object();
    json.key("holds").boolean(fault.empty());
    json.key("reason");
    if (fault.empty()) {
        json.null();
    } else {
        json.text(fault);
    }
    commands::write_verify_report(json.key("signature"), *receipt.author());
    commands::print(json.end_object().finish());
}

void check(const commands::ParsedArguments& arguments, const std::string& source,
           const cms::VerifyOptions& verify) {
    const auto raw = read_message(source);
    AgentConnection agent(arguments.socket());
    const auto message = parse_message(raw);
    const auto receipt = read_layers(agent, arguments, raw, verify);
    const auto sent_source = arguments.text("verify");
    Unwrapped sent;
    in_the_words_of("cannot read " + name_of_input(sent_source), Origin::written_here,
                    [&] { sent = read_layers(agent, arguments, read_message(sent_source), verify); });
    auto fault = receipt_fault(receipt, sent);
    if (fault.empty()) {
        fault = layers_fault(receipt, message);
    }
    if (receipt.author() != nullptr) {
        report(arguments, receipt, fault);
    }
    if (!fault.empty()) {
        throw commands::does_not_verify(name_of_input(source), fault, arguments.has("trust"));
    }
}

}  // namespace

ExitStatus receipt_command(const Arguments& arguments) {
    commands::CommandOptions options(
        "mail receipt", "[-k ID] [--trust PEM] [-o OUT] [FILE] | --verify SENT [--trust PEM] [FILE]",
        std::string(
            "Makes the signed receipt that a message asks for: a message to those who shall have it. The\n"
            "message must hold. Exit status 1 if no receipt is due.\n\n"
            "With --verify: says whether the receipt in FILE is for the message in SENT, and holds. --json\n"
            "then prints one object: holds, reason (a text, or null) and signature, as signet verify "
            "--json.\n\n") +
            commands::about_trust);
    commands::add_signer_options(options);
    commands::add_trust_options(options);
    options.value("verify", "SENT", "the message that was sent: verify a receipt for it")
        .value("output,o", "OUT", "where the receipt goes; default standard output");
    const auto parsed = options.parse(arguments, 0, 1);
    if (!parsed) {
        return ExitStatus::done;
    }
    if (parsed->list("key").size() > 1) {
        throw options.usage_error("one reader makes a receipt");
    }
    if (parsed->has("verify") ? parsed->has("output") || parsed->has("key") : parsed->has("json")) {
        throw options.usage_error("-k and -o make a receipt, --json goes with --verify");
    }
    // Not --wait: what was sent may be encrypted.
    for (const char* how_to_sign : {"digest", "rsa-pss", "certificates", "timestamp"}) {
        if (parsed->has("verify") && parsed->has(how_to_sign)) {
            throw options.usage_error("nothing is signed with --verify: leave out --" +
                                      std::string(how_to_sign));
        }
    }
    const auto verify = commands::trust_options(options, *parsed);
    const auto signing = commands::signing_options(options, *parsed);
    const auto source = message_source(*parsed);
    if (source == "-" && parsed->text("verify") == "-") {
        throw options.usage_error("the receipt and the message cannot both be standard input");
    }
    auto read = commands::trust_files(*parsed);
    read.push_back(source);
    commands::refuse_to_replace(options, read, output_of(*parsed));
    if (parsed->has("verify")) {
        in_the_words_of("cannot verify " + name_of_input(source), Origin::received,
                        [&] { check(*parsed, source, verify); });
    } else {
        in_the_words_of("cannot make a receipt for " + name_of_input(source), Origin::received,
                        [&] { confirm(*parsed, source, verify, signing); });
    }
    return ExitStatus::done;
}

}  // namespace signet::client::mail
