#include <string>
#include <utility>

#include "client/cms_input.h"
#include "client/commands/cms_commands.h"
#include "client/commands/command_options.h"
#include "client/commands/content_clearance.h"
#include "client/commands/file_suffix.h"
#include "client/commands/json_writer.h"
#include "client/commands/opening_arguments.h"
#include "client/commands/opening_report.h"
#include "client/commands/output_collision.h"
#include "client/commands/reader_clearance.h"
#include "client/content_opener.h"
#include "client/input_file.h"
#include "client/input_kind.h"
#include "client/output_stream.h"

namespace signet::client::commands {

namespace {

std::string output_path(const CommandOptions& options, const ParsedArguments& parsed) {
    const std::string& path = parsed.operands.front();
    if (parsed.has("output"))
        return parsed.text("output");
    if (path == "-")
        return "-";
    const auto plaintext = without_suffix(path, ".p7m");
    if (!plaintext)
        throw options.usage_error(
            "'" + path +
            "' does not end in .p7m: say with -o where the plaintext goes (for a mail message, "
            "use signet mail decrypt)");
    return *plaintext;
}

std::string json_of(const OpenedMessage& opened, const std::string& output) {
    JsonWriter json;
    write_opened(json.begin_object(), opened);
    json.key("output").text(output);
    return json.end_object().finish();
}

}  // namespace

ExitStatus decrypt(const Arguments& arguments) {
    CommandOptions options(
        "decrypt", "[-k ID] [--clearance TOML] [--json] [-o OUT] FILE.p7m",
        "Decrypts a CMS message (DER, BER or PEM) to OUT, or to FILE. Nothing is written unless\n"
        "all of it decrypted. The plaintext is readable by you alone.\n\n"
        "--json prints one object:\n" +
            std::string(about_opened) + "\n  output         where the plaintext is");
    add_opening_options(options);
    add_legacy_option(options);
    add_clearance_option(options);
    options.value("output,o", "OUT", "write there instead of to FILE").flag("json", "print JSON");
    const auto parsed = options.parse(arguments, 1, 1);
    if (!parsed)
        return ExitStatus::done;
    const std::string output = output_path(options, *parsed);
    refuse_to_replace(options, {parsed->text("clearance")}, output);
    if (parsed->has("json") && output == "-")
        throw options.usage_error("--json and the plaintext cannot both go to standard output");

    InputFile file(parsed->operands.front());
    CmsInput input(file.source(), file.name());
    if (looks_like_mail(input.beginning()))
        throw is_mail(cannot_decrypt + (" " + file.name()), "signet mail decrypt");
    AgentConnection agent(parsed->socket());
    OutputStream plaintext(output, Privacy::owner_only, Release::on_commit);
    const OpenedMessage opened = [&] {
        try {
            // Then nobody is asked for anything before it is known to be well-formed.
            if (input.is_whole()) {
                const OpenedContent content = open_content(agent, input.beginning(), parsed->text("key"),
                                                           parsed->has("wait"), broken_ciphers(*parsed));
                plaintext.write(content.content);
                return static_cast<const OpenedMessage&>(content);
            }
            return open_content(
                agent, input.source(), plaintext.sink(),
                [&plaintext](const cms::ByteSink& feed) { plaintext.read(feed); }, parsed->text("key"),
                parsed->has("wait"), broken_ciphers(*parsed));
        } catch (const Error& error) {
            // Which file it was, where the library cannot know.
            if (error.what_failed() != cannot_decrypt)
                throw;
            std::string what_failed = cannot_decrypt + (" " + file.name());
            if (error.exit_status() == ExitStatus::malformed)
                throw is_malformed_cms(std::move(what_failed), input.beginning(), CmsKind::encrypted,
                                       error.why(), error.advice());
            throw Error(error.exit_status(), std::move(what_failed), error.why(), error.advice());
        }
    }();
    require_content_clearance(*parsed, plaintext.source(), opened.content_type,
                              "cannot show the content of " + file.name());
    // A file is there only if its reader was told what it is.
    plaintext.flush();
    if (parsed->has("json"))
        print(json_of(opened, output));
    plaintext.commit();
    warn_all(cipher_warnings(opened.cipher));
    if (const std::string warning = content_type_warning(opened.content_type); !warning.empty())
        warn(warning);
    return ExitStatus::done;
}

}  // namespace signet::client::commands
