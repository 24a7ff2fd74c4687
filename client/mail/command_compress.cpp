#include "client/commands/command_options.h"
#include "client/commands/output_collision.h"
#include "client/commands/reader_clearance.h"
#include "client/input_file.h"
#include "client/mail/canonical.h"
#include "client/mail/commands.h"
#include "client/mail/compressed_message.h"
#include "client/mail/encrypted_message.h"
#include "client/mail/error.h"
#include "client/mail/labels_inside.h"
#include "client/mail/line_ends.h"
#include "client/mail/message_kind.h"
#include "client/mail/message_source.h"
#include "client/mail/outer_header.h"
#include "client/output_file.h"

namespace signet::client::mail {

ExitStatus compress_command(const Arguments& arguments) {
    commands::CommandOptions options(
        "mail compress", "[-o OUT] [FILE]",
        "Compresses a message (RFC 3274). Compress before you encrypt, as what is encrypted does not\n"
        "compress any more; signed, a message may be compressed before or after.");
    options.value("output,o", "OUT", "where the compressed message goes; default standard output");
    const auto parsed = options.parse(arguments, 0, 1);
    if (!parsed) {
        return ExitStatus::done;
    }
    const auto source = message_source(*parsed);
    in_the_words_of("cannot compress " + name_of_input(source), Origin::written_here, [&] {
        const auto raw = read_message(source);
        const auto message = parse_message(raw);
        const auto compressed = make_compressed(outer_header(message), canonical_entity(message).bytes);
        const auto out = with_line_ends(compressed, line_ends_of(raw));
        write_outputs({{output_of(*parsed), cms::as_bytes(out), Privacy::shared}});
    });
    return ExitStatus::done;
}

ExitStatus decompress_command(const Arguments& arguments) {
    commands::CommandOptions options(
        "mail decompress", "[--clearance TOML] [-o OUT] [FILE]",
        "Decompresses a message. What is signed or encrypted inside stays so. More than 1 GiB, or, above\n"
        "1 MiB, 200 times the size of what came, is refused as a bomb.");
    commands::add_clearance_option(options);
    options.value("output,o", "OUT", "where the message goes; default standard output");
    const auto parsed = options.parse(arguments, 0, 1);
    if (!parsed) {
        return ExitStatus::done;
    }
    const auto source = message_source(*parsed);
    commands::refuse_to_replace(options, {source, parsed->text("clearance")}, output_of(*parsed));
    in_the_words_of("cannot decompress " + name_of_input(source), Origin::received, [&] {
        const auto raw = read_message(source);
        const auto message = parse_message(raw);
        const auto compressed = take_apart_compressed(message);
        if (!compressed) {
            throw Error(ErrorCode::malformed,
                        "the message is not compressed: it is no application/pkcs7-mime with compressed-data",
                        how_to_read(message));
        }
        const auto inside = expanded_entity(*compressed);
        require_clearance_inside(*parsed, inside, "cannot show what is inside");
        const auto out = pass_on(decrypted_message(message, inside), raw);
        write_outputs({{output_of(*parsed), cms::as_bytes(out), Privacy::owner_only}});
    });
    return ExitStatus::done;
}

}  // namespace signet::client::mail
