#include <algorithm>
#include <cstddef>
#include <limits>
#include <string>
#include <vector>

#include "client/commands/become_program.h"
#include "client/commands/command_options.h"
#include "client/commands/commands.h"
#include "client/commands/output_collision.h"
#include "client/commands/sign.h"
#include "client/commands/signing_arguments.h"
#include "client/content_hash.h"
#include "client/input_file.h"
#include "client/output_file.h"
#include "client/signing_options.h"

namespace signet::client::commands {

namespace {

/// What was hashed: its digest, and the content itself if it goes into the signature.
struct HashedFile {
    cms::Bytes digest;
    cms::Bytes content;
};

/// `options` get their hash when the first file is open: before that the agent has nothing to do with it.
std::vector<HashedFile> hash_files(const std::vector<std::string>& paths, AgentConnection& agent,
                                   SigningOptions& options, bool keep_content) {
    std::vector<HashedFile> files;
    std::size_t left = max_content_in_memory;
    for (const std::string& path : paths) {
        InputFile input(path);
        const auto algorithm = digest_algorithm_of(agent, options);
        options.digest_algorithm = algorithm;
        if (!keep_content) {
            files.push_back({input.digest(algorithm), {}});
            continue;
        }
        cms::Bytes content = input.read_all(
            left, max_content_in_memory == left ? std::string() : "the files together are larger than 1 GiB");
        left -= content.size();
        cms::Bytes digest = content_digest(algorithm, content);
        files.push_back({std::move(digest), std::move(content)});
    }
    return files;
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

ExitStatus sign_files(const Arguments& arguments, Attach attach) {
    CommandOptions options("sign", "[-k ID]... [--attached] [-o OUT] FILE...",
                           "Signs files: FILE.p7s is a detached signature (CMS, DER), FILE.p7m one with the\n"
                           "content inside. Several files are one batch: all are signed, or none.");
    add_signing_options(options);
    options.flag("attached", "put the content into the signature")
        .value("output,o", "OUT", "write there; for one FILE only");
    const auto parsed = options.parse(arguments, 1, std::numeric_limits<std::size_t>::max());
    if (!parsed)
        return ExitStatus::done;
    const std::vector<std::string>& paths = parsed->operands;
    if (parsed->has("output") && paths.size() > 1)
        throw options.usage_error("-o names one file, but several are to be signed");
    if (std::count(paths.begin(), paths.end(), "-") > 1)
        throw options.usage_error("standard input can be signed only once");
    SigningOptions signing = signing_options(options, *parsed);
    const bool attached = parsed->has("attached");
    if (attached && attach == nullptr)
        become_cms("sign", arguments);
    const std::vector<std::string> targets = output_paths(*parsed, attached ? ".p7m" : ".p7s");
    refuse_collisions(options, paths, targets);

    AgentConnection agent(parsed->socket());
    std::vector<HashedFile> files = hash_files(paths, agent, signing, attached);
    std::vector<cms::Bytes> digests;
    digests.reserve(files.size());
    for (HashedFile& file : files)
        digests.push_back(std::move(file.digest));
    SignResult result = sign_digests(agent, signing, std::move(digests));

    std::vector<Output> outputs;
    for (std::size_t i = 0; i < paths.size(); ++i) {
        if (attached) {
            result.signed_data[i] = attach(result.signed_data[i], files[i].content);
            files[i].content = {};
        }
        outputs.push_back({targets[i], result.signed_data[i]});
    }
    write_outputs(outputs);
    warn_all(result.warnings);
    return ExitStatus::done;
}

}  // namespace signet::client::commands
