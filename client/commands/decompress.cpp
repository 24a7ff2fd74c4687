#include <charconv>
#include <cstdint>
#include <limits>
#include <string>

#include "client/cms_input.h"
#include "client/commands/cms_commands.h"
#include "client/commands/command_options.h"
#include "client/commands/content_clearance.h"
#include "client/commands/file_suffix.h"
#include "client/commands/output_collision.h"
#include "client/commands/reader_clearance.h"
#include "client/content_opener.h"
#include "client/input_file.h"
#include "client/input_kind.h"
#include "client/output_stream.h"
#include "cms/compressed_data.h"

namespace signet::client::commands {

namespace {

/// 0 for a letter that stands for no unit.
std::uint64_t unit_of(char letter) noexcept {
    switch (letter) {
        case 'K':
            return std::uint64_t{1} << 10;
        case 'M':
            return std::uint64_t{1} << 20;
        case 'G':
            return std::uint64_t{1} << 30;
        default:
            return 0;
    }
}

std::uint64_t size_from(const CommandOptions& options, const std::string& text) {
    std::uint64_t number = 0;
    const char* end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, number);
    const std::uint64_t unit = rest == end ? 1 : rest + 1 == end ? unit_of(*rest) : 0;
    if (error != std::errc() || unit == 0 || number > std::numeric_limits<std::uint64_t>::max() / unit)
        throw options.usage_error("'" + text + "' is no size like 500M or 2G");
    return number * unit;
}

cms::ExpansionLimit limit_from(const CommandOptions& options, const ParsedArguments& parsed) {
    cms::ExpansionLimit limit;
    if (parsed.has("max-size")) {
        limit.size = size_from(options, parsed.text("max-size"));
        // Who says how much may come has thought of it.
        limit.free_size = limit.size;
    }
    return limit;
}

/// Writes the content, and gives its type.
std::string decompressed(CmsInput& input, OutputStream& output, const cms::ExpansionLimit& limit,
                         const std::string& what_failed) {
    try {
        return cms::decompress(input.source(), output.sink(), limit);
    } catch (const cms::Error& error) {
        if (error.code() != cms::ErrorCode::too_large)
            throw;
        throw from_cms(error, what_failed,
                       "if you expect as much of the sender, say with --max-size how much may come");
    }
}

std::string content_target(const CommandOptions& options, const ParsedArguments& parsed) {
    const std::string& path = parsed.operands.front();
    if (parsed.has("output"))
        return parsed.text("output");
    if (path == "-")
        return "-";
    const auto content = without_suffix(path, ".p7z");
    if (!content)
        throw options.usage_error("'" + path + "' does not end in .p7z: say with -o where its content goes");
    return *content;
}

}  // namespace

ExitStatus decompress(const Arguments& arguments) {
    CommandOptions options(
        "decompress", "[--max-size SIZE] [--clearance TOML] [-o OUT] FILE.p7z",
        "Decompresses CMS CompressedData (zlib, RFC 3274; DER, BER or PEM) to OUT, or to FILE. Nothing is\n"
        "written unless all of it is well-formed, has at most 1 GiB, and, above 1 MiB, at most 200 times\n"
        "the size of what came: more is a bomb. With --max-size that is the only bound.");
    add_clearance_option(options);
    options.value("max-size", "SIZE", "bytes that may come out: a number, K, M or G behind it allowed")
        .value("output,o", "OUT", "write there instead of to FILE");
    const auto parsed = options.parse(arguments, 1, 1);
    if (!parsed)
        return ExitStatus::done;
    const cms::ExpansionLimit limit = limit_from(options, *parsed);
    const std::string target = content_target(options, *parsed);
    refuse_to_replace(options, {parsed->text("clearance")}, target);
    InputFile file(parsed->operands.front());
    const std::string what_failed = "cannot decompress " + file.name();
    CmsInput input(file.source(), file.name());
    OutputStream output(target, Privacy::owner_only, Release::on_commit);
    try {
        const std::string type = decompressed(input, output, limit, what_failed);
        require_content_clearance(*parsed, output.source(), type,
                                  "cannot show the content of " + file.name());
        output.commit();
        if (const std::string warning = content_type_warning(type, "compressed"); !warning.empty())
            warn(warning);
    } catch (const cms::Error& error) {
        if (error.code() == cms::ErrorCode::malformed)
            throw is_malformed_cms(what_failed, input.beginning(), CmsKind::compressed, error.what());
        throw from_cms(error, what_failed);
    }
    return ExitStatus::done;
}

}  // namespace signet::client::commands
