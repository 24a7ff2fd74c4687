#include "client/commands/command_options.h"
#include "client/commands/json_writer.h"
#include "client/commands/opening_arguments.h"
#include "client/commands/opening_report.h"
#include "client/commands/output_collision.h"
#include "client/commands/reader_clearance.h"
#include "client/content_opener.h"
#include "client/input_file.h"
#include "client/input_kind.h"
#include "client/mail/commands.h"
#include "client/mail/encrypted_message.h"
#include "client/mail/finished_message.h"
#include "client/mail/labels_inside.h"
#include "client/mail/message_source.h"

#include <utility>

namespace signet::client::mail {

namespace {

struct Decrypted {
    FinishedMessage message;
    OpenedMessage opened;
};

Decrypted decrypted(const commands::ParsedArguments& arguments, const std::string& raw) {
    if (looks_like_cms(cms::as_bytes(raw))) {
        throw is_cms(cannot_decrypt, "signet decrypt");
    }
    const auto message = parse_message(raw);
    const auto enveloped = take_apart_encrypted(message);
    AgentConnection agent(arguments.socket());
    const auto opened = open_content(agent, enveloped, arguments.text("key"), arguments.has("wait"),
                                     commands::broken_ciphers(arguments));
    const auto nested = nested_entity(opened.content_type, opened.content);
    require_clearance_inside(arguments, nested ? std::string_view(*nested) : cms::as_text(opened.content),
                             "cannot show what is inside");
    FinishedMessage finished{
        pass_on(decrypted_message(message, nested ? *nested : cms::as_text(opened.content)), raw), {}};
    finished.warnings = cipher_warnings(opened.cipher);
    if (auto warning = content_type_warning(opened.content_type); !nested && !warning.empty()) {
        finished.warnings.push_back(std::move(warning));
    }
    return {std::move(finished), opened};
}

std::string json_of(const OpenedMessage& opened, const std::string& output) {
    commands::JsonWriter json;
    commands::write_opened(json.begin_object(), opened);
    return json.key("output").text(output).end_object().finish();
}

}  // namespace

ExitStatus decrypt_command(const Arguments& arguments) {
    commands::CommandOptions options(
        "mail decrypt", "[-k ID] [--clearance TOML] [--json] [-o OUT] [FILE]",
        std::string(
            "Decrypts a message. What is signed inside stays so, for signet mail verify. A label inside\n"
            "counts, whoever signed it; its equivalent labels count only with signet mail unwrap, which\n"
            "verifies who gave them.\n\n"
            "--json, with -o, prints one object:\n") +
            commands::about_opened + "\n  output         where the message is");
    commands::add_opening_options(options);
    commands::add_legacy_option(options);
    commands::add_clearance_option(options);
    options.value("output,o", "OUT", "where the message goes; default standard output")
        .flag("json", "print JSON");
    const auto parsed = options.parse(arguments, 0, 1);
    if (!parsed) {
        return ExitStatus::done;
    }
    if (parsed->has("json") && output_of(*parsed) == "-") {
        throw options.usage_error("--json and the message cannot both go to standard output");
    }
    const auto source = message_source(*parsed);
    commands::refuse_to_replace(options, {source, parsed->text("clearance")}, output_of(*parsed));
    in_the_words_of("cannot decrypt " + name_of_input(source), Origin::received, [&] {
        const auto finished = decrypted(*parsed, read_message(source));
        const auto output = output_of(*parsed);
        write_result(output, finished.message.bytes,
                     parsed->has("json") ? json_of(finished.opened, output) : std::string());
        commands::warn_all(finished.message.warnings);
    });
    return ExitStatus::done;
}

}  // namespace signet::client::mail
