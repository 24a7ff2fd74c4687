#include <string>

#include "client/commands/cms_commands.h"
#include "client/commands/command_options.h"
#include "client/input_file.h"
#include "client/output_stream.h"
#include "cms/compressed_data.h"

namespace signet::client::commands {

ExitStatus compress(const Arguments& arguments) {
    CommandOptions options(
        "compress", "[-o OUT] FILE",
        "Compresses a file: FILE.p7z, CMS CompressedData with zlib (RFC 3274), BER with\n"
        "indefinite lengths. Compress before you sign or encrypt: what is encrypted does not\n"
        "compress any more.");
    options.value("output,o", "OUT", "write there instead of to FILE.p7z");
    const auto parsed = options.parse(arguments, 1, 1);
    if (!parsed)
        return ExitStatus::done;
    const std::string& path = parsed->operands.front();
    const std::string beside = path == "-" ? "-" : path + ".p7z";
    InputFile input(path);
    try {
        OutputStream output(parsed->has("output") ? parsed->text("output") : beside, Privacy::shared,
                            Release::at_once);
        cms::ContentCompression compression(output.sink());
        input.read_to([&compression](cms::BytesView piece) { compression.update(piece); });
        compression.finish();
        output.commit();
    } catch (const cms::Error& error) {
        throw from_cms(error, "cannot compress " + input.name());
    }
    return ExitStatus::done;
}

}  // namespace signet::client::commands
