#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "client/commands/cms_commands.h"
#include "client/commands/command_options.h"
#include "client/commands/encryption_arguments.h"
#include "client/commands/output_collision.h"
#include "client/input_file.h"
#include "client/output_stream.h"
#include "client/recipients.h"
#include "client/spool.h"
#include "cms/content_encryption.h"

namespace signet::client::commands {

namespace {

/// Of this size, and below, DER is written without being asked.
constexpr std::size_t small_size = std::size_t{64} * 1024;

/// What remains of `input`, up to small_size and a byte.
cms::Bytes read_beginning(InputFile& input) {
    cms::Bytes beginning(small_size + 1);
    std::size_t filled = 0;
    while (filled < beginning.size()) {
        const std::size_t count = input.read(std::span(beginning).subspan(filled));
        if (count == 0)
            break;
        filled += count;
    }
    beginning.resize(filled);
    return beginning;
}

void encrypt_file(InputFile& input, const std::string& path, const std::vector<cms::Certificate>& recipients,
                  const cms::EncryptOptions& options, bool der) {
    OutputStream output(path, Privacy::shared, Release::at_once);
    const auto encrypt_all = [&](std::optional<std::uint64_t> size, const cms::ContentSource& content) {
        cms::ContentEncryption encryption(recipients, options, size, output.sink());
        content([&encryption](cms::BytesView piece) { encryption.update(piece); });
        encryption.finish();
    };
    const cms::Bytes beginning = read_beginning(input);
    const bool is_all = beginning.size() <= small_size;
    std::optional<std::uint64_t> size = input.size_left();
    if (is_all)
        size = beginning.size();
    else if (size)
        *size += beginning.size();
    if (!size && der) {
        Spool spool;
        spool.write(beginning);
        input.read_to([&spool](cms::BytesView piece) { spool.write(piece); });
        encrypt_all(spool.size(), [&spool](const cms::ByteSink& feed) { spool.read(feed); });
    } else {
        encrypt_all(size, [&](const cms::ByteSink& feed) {
            feed(beginning);
            if (!is_all)
                input.read_to(feed);
        });
    }
    output.commit();
}

}  // namespace

ExitStatus encrypt(const Arguments& arguments) {
    CommandOptions options(
        "encrypt", "-r CERT_OR_ADDRESS [-r CERT_OR_ADDRESS]... [-o OUT] FILE",
        "Encrypts a file for everybody named by -r: FILE.p7m (CMS), AES-256-GCM in\n"
        "AuthEnvelopedData unless another cipher is asked for or a recipient's certificate lists what\n"
        "its owner can read (S/MIME capabilities) and leaves it out. A recipient is a certificate\n"
        "file, or an identity that the agent knows. You are one yourself: with --self, else with your\n"
        "certificate in signet/self.pem in $XDG_CONFIG_HOME, else with the one certificate for encryption\n"
        "that the agent has. If there is none of these you are warned. --no-self leaves you out.\n"
        "The message is DER; of a pipe, whose size nobody knows, above 64 KiB it is BER with\n"
        "indefinite lengths, unless --der is given: then the content is kept in a temporary file\n"
        "(in TMPDIR, encrypted with a throw-away key) until it ends.");
    add_encryption_options(options);
    add_self_options(options);
    options.value("output,o", "OUT", "write there instead of to FILE.p7m")
        .flag("der", "write DER, whatever FILE is");
    const auto parsed = options.parse(arguments, 1, 1);
    if (!parsed)
        return ExitStatus::done;
    if (!parsed->has("recipient"))
        throw options.usage_error("no recipient is given");
    cms::EncryptOptions encryption = encryption_options(options, *parsed);
    const std::string& path = parsed->operands.front();
    const std::string beside = path == "-" ? "-" : path + ".p7m";
    const std::string output = parsed->has("output") ? parsed->text("output") : beside;
    refuse_to_replace(options, recipient_files(*parsed), output);
    InputFile input(path);

    AgentConnection agent(parsed->socket());
    std::vector<cms::Certificate> recipients = find_recipients(agent, parsed->list("recipient"));
    auto warnings = fit_to_recipients(encryption, *parsed, recipients, "cannot encrypt " + input.name());
    for (std::string& warning : add_self(options, *parsed, agent, recipients))
        warnings.push_back(std::move(warning));
    try {
        encrypt_file(input, output, recipients, encryption, parsed->has("der"));
        warn_all(warnings);
    } catch (const cms::Error& error) {
        throw from_cms(error, "cannot encrypt " + input.name());
    }
    return ExitStatus::done;
}

}  // namespace signet::client::commands
