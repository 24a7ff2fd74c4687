// signet-mail: the commands of `signet mail`, in a program of their own so that `signet` loads no GMime.
#include "client/commands/openssl_program.h"
#include "client/mail/commands.h"

#include <array>
#include <utility>

namespace {

using signet::client::ExitStatus;
using signet::client::mail::Arguments;

using Command = ExitStatus (*)(const Arguments&);

constexpr std::array<std::pair<std::string_view, Command>, 10> command_table = {{
    {"sign", signet::client::mail::sign_command},
    {"encrypt", signet::client::mail::encrypt_command},
    {"verify", signet::client::mail::verify_command},
    {"decrypt", signet::client::mail::decrypt_command},
    {"wrap", signet::client::mail::wrap_command},
    {"unwrap", signet::client::mail::unwrap_command},
    {"compress", signet::client::mail::compress_command},
    {"decompress", signet::client::mail::decompress_command},
    {"receipt", signet::client::mail::receipt_command},
    {"expand", signet::client::mail::expand_command},
}};

constexpr std::string_view help =
    "usage: signet mail COMMAND [OPTIONS] [FILE]\n\n"
    "  sign        sign a message\n"
    "  encrypt     encrypt a message to its recipients, and sign it first with --sign\n"
    "  verify      say who signed a message and whether that holds\n"
    "  decrypt     open an encrypted message\n"
    "  wrap        sign, encrypt and sign a message (triple wrapping)\n"
    "  unwrap      open a message in all its layers, and say whether they hold\n"
    "  compress    compress a message\n"
    "  decompress  decompress a message\n"
    "  receipt     confirm a message with a signed receipt, or verify one\n"
    "  expand      send a message on to the members of a mailing list\n\n"
    "Each has --help. The message is read from FILE or standard input.\n";

ExitStatus run(const Arguments& arguments) {
    const std::string name = arguments.empty() ? "" : arguments.front();
    if (name == "--help" || name == "-h") {
        signet::client::commands::print(help);
        return ExitStatus::done;
    }
    for (const auto& [other, command] : command_table) {
        if (other == name) {
            return command({arguments.begin() + 1, arguments.end()});
        }
    }
    throw signet::client::Error(ExitStatus::usage, "mail",
                                name.empty() ? "a command is missing" : "there is no command '" + name + "'",
                                "see signet mail --help");
}

}  // namespace

int main(int argc, char** argv) {
    return signet::client::commands::run_openssl_program(
        [argc, argv] { return run(signet::client::commands::arguments_of(argc, argv)); });
}
