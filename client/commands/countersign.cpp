#include <charconv>
#include <string>
#include <vector>

#include "client/commands/cms_commands.h"
#include "client/commands/command_options.h"
#include "client/commands/existing_signature.h"
#include "client/commands/signing_arguments.h"
#include "client/input_file.h"
#include "client/signing_options.h"
#include "client/timestamping.h"
#include "cms/digest_stream.h"
#include "cms/signer_info_parts.h"

namespace signet::client::commands {

namespace {

/// Which of the signers, from 0 on.
std::size_t chosen_signer(const CommandOptions& options, const ParsedArguments& parsed, std::size_t count) {
    if (!parsed.has("signer")) {
        if (count != 1)
            throw options.usage_error("it has " + std::to_string(count) +
                                      " signatures: say with --signer which one");
        return 0;
    }
    const std::string text = parsed.text("signer");
    std::size_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size() || number == 0 || number > count)
        throw options.usage_error("there is no signer " + text + ", only 1 to " + std::to_string(count));
    return number - 1;
}

}  // namespace

ExitStatus countersign(const Arguments& arguments) {
    CommandOptions options(
        "countersign", "[-k ID]... [--signer N] [-o OUT] FILE.p7s",
        "Signs the signature that is in a file (CMS in DER, BER or PEM, detached or attached), not its\n"
        "content: the countersignature (RFC 5652 section 11.4) goes into the file, and the countersigner's\n"
        "certificates. All else that is in it stays as it is. Nothing is verified: see signet verify.");
    add_signer_options(options);
    options.value("signer", "N", "which of several signatures, in the order of signet verify")
        .value("output,o", "OUT",
               "write there (default: the file itself; of standard input, standard output)");
    const auto parsed = options.parse(arguments, 1, 1);
    if (!parsed)
        return ExitStatus::done;
    SigningOptions signing = signing_options(options, *parsed);
    signing.countersign = true;
    const std::string& path = parsed->operands.front();
    const std::string what_failed = "cannot countersign " + name_of_input(path);

    ExistingSignature existing(path, what_failed);
    std::vector<cms::Bytes>& infos = existing.parts().signer_infos;
    if (infos.empty())
        throw Error(ExitStatus::answer_is_no, what_failed, "nobody signed it",
                    "signet certificates shows the certificates that are in it");
    cms::Bytes& countersigned = infos.at(chosen_signer(options, *parsed, infos.size()));
    AgentConnection agent(parsed->socket());
    signing.digest_algorithm = digest_algorithm_of(agent, signing);
    std::vector<cms::Bytes> digests{cms::digest(*signing.digest_algorithm, cms::signature_of(countersigned))};
    SignResult result = sign_digests(agent, signing, std::move(digests));
    add_timestamps(result.signed_data, signing.timestamp);
    try {
        cms::SignedDataParts made = cms::read_parts(result.signed_data.front());
        for (const cms::Bytes& countersignature : made.signer_infos)
            countersigned = cms::with_countersignature(countersigned, countersignature);
        made.signer_infos.clear();
        made.digest_algorithms.clear();
        made.content_type = existing.parts().content_type;
        cms::merge(existing.parts(), made);
    } catch (const cms::Error& error) {
        throw from_cms(error, what_failed);
    }
    existing.write(parsed->has("output") ? parsed->text("output") : path);
    warn_all(result.warnings);
    return ExitStatus::done;
}

}  // namespace signet::client::commands
