#include <string>

#include "client/commands/cms_commands.h"
#include "client/commands/command_options.h"
#include "client/commands/output_collision.h"
#include "client/input_file.h"
#include "client/output_stream.h"
#include "client/spool.h"
#include "cms/compressed_data.h"

namespace signet::client::commands {

namespace {

void write_ber(InputFile& input, OutputStream& output) {
    cms::ContentCompression compression(output.sink());
    input.read_to([&compression](cms::BytesView piece) { compression.update(piece); });
    compression.finish();
}

void write_der(InputFile& input, OutputStream& output) {
    Spool spool;
    cms::Deflation deflation([&spool](cms::BytesView piece) { spool.write(piece); });
    input.read_to([&deflation](cms::BytesView piece) { deflation.update(piece); });
    deflation.finish();
    cms::write_compressed_data([&spool](const cms::ByteSink& feed) { spool.read(feed); }, spool.size(),
                               output.sink());
}

}  // namespace

ExitStatus compress(const Arguments& arguments) {
    CommandOptions options(
        "compress", "[--der] [-o OUT] FILE",
        "Compresses a file: FILE.p7z, CMS CompressedData with zlib (RFC 3274), BER with\n"
        "indefinite lengths, as nobody knows beforehand what is left of it. With --der that is\n"
        "kept in a temporary file first (in TMPDIR, encrypted with a throw-away key). Compress\n"
        "before you sign or encrypt: what is encrypted does not compress any more.");
    options.value("output,o", "OUT", "write there instead of to FILE.p7z").flag("der", "write DER");
    const auto parsed = options.parse(arguments, 1, 1);
    if (!parsed)
        return ExitStatus::done;
    const std::string& path = parsed->operands.front();
    const std::string beside = path == "-" ? "-" : path + ".p7z";
    const std::string target = parsed->has("output") ? parsed->text("output") : beside;
    refuse_to_replace(options, {path}, target);
    InputFile input(path);
    try {
        OutputStream output(target, Privacy::shared, Release::at_once);
        if (parsed->has("der"))
            write_der(input, output);
        else
            write_ber(input, output);
        output.commit();
    } catch (const cms::Error& error) {
        throw from_cms(error, "cannot compress " + input.name());
    }
    return ExitStatus::done;
}

}  // namespace signet::client::commands
