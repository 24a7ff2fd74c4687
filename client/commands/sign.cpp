#include <algorithm>
#include <cstddef>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "client/commands/attribute_arguments.h"
#include "client/commands/become_program.h"
#include "client/commands/command_options.h"
#include "client/commands/commands.h"
#include "client/commands/output_collision.h"
#include "client/commands/sign.h"
#include "client/commands/signing_arguments.h"
#include "client/input_file.h"
#include "client/output_file.h"
#include "client/signing_options.h"

namespace signet::client::commands {

namespace {

/// `options` get their hash when the first file is open: before that the agent has nothing to do with it.
std::vector<cms::Bytes> hash_files(const std::vector<std::string>& paths, AgentConnection& agent,
                                   SigningOptions& options, Attachments* attachments) {
    std::vector<cms::Bytes> digests;
    for (const std::string& path : paths) {
        InputFile input(path);
        const auto algorithm = digest_algorithm_of(agent, options);
        options.digest_algorithm = algorithm;
        digests.push_back(attachments == nullptr ? input.digest(algorithm)
                                                 : attachments->digest(path, input, algorithm));
    }
    return digests;
}

void write_detached(const std::vector<cms::Bytes>& signed_data, const std::vector<std::string>& targets) {
    std::vector<Output> outputs;
    for (std::size_t i = 0; i < targets.size(); ++i)
        outputs.push_back({targets[i], signed_data[i]});
    write_outputs(outputs);
}

void write_attached(Attachments& attachments, const std::vector<cms::Bytes>& signed_data,
                    const std::vector<std::string>& targets, bool der) {
    try {
        for (std::size_t i = 0; i < targets.size(); ++i)
            attachments.attach(i, signed_data[i], targets[i], der);
        attachments.commit();
    } catch (const cms::Error& error) {
        // The SignedData came from the agent: a fault in it is not the user's input.
        throw Error(ExitStatus::other, "cannot sign", error.what());
    }
}

std::vector<std::string> output_paths(const ParsedArguments& parsed, const char* suffix) {
    if (parsed.has("output"))
        return {parsed.text("output")};
    std::vector<std::string> outputs;
    for (const std::string& input : parsed.operands)
        outputs.push_back(input == "-" ? "-" : input + suffix);
    return outputs;
}

}  // namespace

ExitStatus sign(const Arguments& arguments) {
    return sign_files(arguments, nullptr);
}

ExitStatus sign_files(const Arguments& arguments, const CmsSigning* with_cms) {
    CommandOptions options(
        "sign", "[-k ID]... [--attached] [--add EXISTING] [-o OUT] FILE...",
        "Signs files: FILE.p7s is a detached signature (CMS, DER), FILE.p7m one with the\n"
        "content inside. Several files are one batch: all are signed, or none. A pipe's content\n"
        "that goes inside is kept in a temporary file until it is signed (in TMPDIR, encrypted\n"
        "with a throw-away key); above 64 KiB it is then BER with indefinite lengths, unless --der\n"
        "is given. --add puts the signature into an existing one of the same content,\n"
        "beside its signers, whose signatures stay as they are: FILE is what a detached one is for\n"
        "(default: EXISTING without .p7s). Who has signed it already is refused, unless --again.");
    add_signing_options(options);
    options.flag("attached", "put the content into the signature")
        .value("add", "EXISTING",
               "add the signers to this signature (DER, BER or PEM), in its file or in OUT")
        .flag("again", "with --add: sign although this signer has")
        .flag("der", "with --attached: write DER, whatever FILE is")
        .value("output,o", "OUT", "write there; for one FILE only");
    const auto parsed = options.parse(arguments, 0, std::numeric_limits<std::size_t>::max());
    if (!parsed)
        return ExitStatus::done;
    const std::vector<std::string>& paths = parsed->operands;
    const bool adds = parsed->has("add");
    if (paths.empty() && !adds)
        throw options.usage_error("an argument is missing");
    if (adds && parsed->has("attached"))
        throw options.usage_error("--add leaves the content where it is: no --attached");
    if (parsed->has("again") && !adds)
        throw options.usage_error("--again goes with --add");
    if (parsed->has("der") && !parsed->has("attached"))
        throw options.usage_error("--der goes with --attached: a detached signature is DER in any case");
    if (parsed->has("output") && paths.size() > 1)
        throw options.usage_error("-o names one file, but several are to be signed");
    if (std::count(paths.begin(), paths.end(), "-") > 1)
        throw options.usage_error("standard input can be signed only once");
    SigningOptions signing = signing_options(options, *parsed);
    const bool attached = parsed->has("attached");
    const bool stamped = !signing.timestamp.empty();
    if ((attached || stamped || adds) && with_cms == nullptr)
        become_cms("sign", arguments);
    if (adds)
        return with_cms->add(options, *parsed, std::move(signing));
    const std::vector<std::string> targets = output_paths(*parsed, attached ? ".p7m" : ".p7s");
    refuse_collisions(options, paths, targets);
    for (const std::string& target : targets)
        refuse_to_replace(options, {policy_document(*parsed)}, target);

    AgentConnection agent(parsed->socket());
    std::vector<cms::Bytes> digests =
        hash_files(paths, agent, signing, attached ? &with_cms->attachments : nullptr);
    SignResult result = sign_digests(agent, signing, std::move(digests));
    if (stamped)
        with_cms->stamp(result.signed_data, signing.timestamp);
    if (attached)
        write_attached(with_cms->attachments, result.signed_data, targets, parsed->has("der"));
    else
        write_detached(result.signed_data, targets);
    warn_all(result.warnings);
    return ExitStatus::done;
}

}  // namespace signet::client::commands
