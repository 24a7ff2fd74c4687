#include "client/commands/cms_commands.h"
#include "client/commands/command_options.h"
#include "client/commands/encryption_arguments.h"
#include "client/commands/output_collision.h"
#include "client/input_file.h"
#include "client/output_file.h"
#include "client/recipients.h"
#include "cms/enveloped_data.h"

namespace signet::client::commands {

ExitStatus encrypt(const Arguments& arguments) {
    CommandOptions options(
        "encrypt", "-r CERT_OR_ADDRESS [-r CERT_OR_ADDRESS]... [-o OUT] FILE",
        "Encrypts a file for everybody named by -r: FILE.p7m (CMS, DER), AES-256-GCM in\n"
        "AuthEnvelopedData unless another cipher is asked for or a recipient's certificate lists what\n"
        "its owner can read (S/MIME capabilities) and leaves it out. A recipient is a certificate\n"
        "file, or an identity that the agent knows.");
    add_encryption_options(options);
    options.value("output,o", "OUT", "write there instead of to FILE.p7m");
    const auto parsed = options.parse(arguments, 1, 1);
    if (!parsed)
        return ExitStatus::done;
    if (!parsed->has("recipient"))
        throw options.usage_error("no recipient is given");
    cms::EncryptOptions encryption = encryption_options(options, *parsed);
    const std::string& path = parsed->operands.front();
    const std::string beside = path == "-" ? "-" : path + ".p7m";
    const std::string output = parsed->has("output") ? parsed->text("output") : beside;
    refuse_to_replace(options, parsed->list("recipient"), output);
    InputFile input(path);

    AgentConnection agent(parsed->socket());
    const std::vector<cms::Certificate> recipients = find_recipients(agent, parsed->list("recipient"));
    const auto warnings = choose_cipher(encryption, *parsed, recipients, "cannot encrypt " + input.name());
    try {
        const cms::Bytes content = input.read_all();
        const cms::Bytes message = cms::encrypt_content(content, recipients, encryption);
        write_outputs({{output, message}});
        warn_all(warnings);
    } catch (const cms::Error& error) {
        throw from_cms(error, "cannot encrypt " + input.name());
    }
    return ExitStatus::done;
}

}  // namespace signet::client::commands
