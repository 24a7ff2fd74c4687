#include <array>
#include <string>
#include <string_view>

#include "client/commands/become_program.h"
#include "client/commands/command_table.h"
#include "client/commands/commands.h"

namespace signet::client::commands {

namespace {

ExitStatus countersign(const Arguments& arguments) {
    become_cms("countersign", arguments);
}

ExitStatus verify(const Arguments& arguments) {
    become_cms("verify", arguments);
}

ExitStatus encrypt(const Arguments& arguments) {
    become_cms("encrypt", arguments);
}

ExitStatus decrypt(const Arguments& arguments) {
    become_cms("decrypt", arguments);
}

ExitStatus compress(const Arguments& arguments) {
    become_cms("compress", arguments);
}

ExitStatus decompress(const Arguments& arguments) {
    become_cms("decompress", arguments);
}

ExitStatus certificates(const Arguments& arguments) {
    become_cms("certificates", arguments);
}

/// The MIME library is for mail alone.
ExitStatus mail(const Arguments& arguments) {
    become_program("signet-mail", arguments);
}

constexpr std::array<Command, 15> command_table{{
    {"list", "tokens and identities", list},
    {"status", "the agent, its tokens and its counters", status},
    {"unlock", "log in to a token now", unlock},
    {"lock", "forget the PIN and log out", lock},
    {"sign", "sign files", sign},
    {"countersign", "sign a signature", countersign},
    {"verify", "verify a signature", verify},
    {"encrypt", "encrypt a file", encrypt},
    {"decrypt", "decrypt a file", decrypt},
    {"compress", "compress a file", compress},
    {"decompress", "decompress a file", decompress},
    {"certificates", "the certificates in a message, or a message of certificates", certificates},
    {"mail", "sign, verify, encrypt and decrypt mail", mail},
    {"token", "make a token ready: PINs, keys, certificates", token},
    {"version", "print the version", version},
}};

constexpr std::string_view usage = "usage: signet COMMAND [OPTION]... [ARGUMENT]...";

Error usage_error(const std::string& why) {
    return {ExitStatus::usage, "cannot tell what to do", why,
            std::string(usage) + " (signet help lists the commands)"};
}

ExitStatus help() {
    print(std::string(usage) + "\n\nSigns and opens files and mail with keys that stay on their token.\n\n" +
          list_of(command_table, 15) +
          "\n"
          "`signet COMMAND --help` says more. `-` is standard input or output.\n"
          "\n"
          "Exit status: 0 done, 1 the answer is no, 2 usage, 3 no agent, 4 no identity or several,\n"
          "5 PIN wrong, locked or cancelled, 6 token absent or failing, 7 refused by policy,\n"
          "8 malformed input, 9 anything else.\n");
    return ExitStatus::done;
}

}  // namespace

ExitStatus run_command(const Arguments& arguments) {
    if (arguments.empty())
        throw usage_error("no command is given");
    const std::string& name = arguments.front();
    const Arguments rest(arguments.begin() + 1, arguments.end());
    if (name == "--help" || name == "-h")
        return help();
    if (name == "--version")
        return version({});
    if (name == "help") {
        if (rest.empty() || rest.front() == "--help")
            return help();
        // A command's own --help is the only place that knows its options.
        return run_command({rest.front(), "--help"});
    }
    if (const Command* command = find(command_table, name))
        return command->run(rest);
    throw usage_error("there is no command '" + name + "'");
}

}  // namespace signet::client::commands
