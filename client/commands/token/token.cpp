#include <array>
#include <string>
#include <string_view>

#include "client/commands/become_program.h"
#include "client/commands/command_table.h"
#include "client/commands/commands.h"
#include "client/commands/token/commands.h"

namespace signet::client::commands {

namespace {

ExitStatus become_csr(const Arguments& arguments) {
    become_cms("token csr", arguments);
}

ExitStatus become_import(const Arguments& arguments) {
    become_cms("token import", arguments);
}

constexpr std::array<Command, 6> token_commands{{
    {"init", "initialise a token", token_init},
    {"keygen", "make a key pair on the token", token_keygen},
    {"csr", "make a request for a certificate", become_csr},
    {"import", "put a certificate and its chain onto the token", become_import},
    {"change-pin", "change the PIN", token_change_pin},
    {"delete", "delete a key and its certificates", token_delete},
}};

constexpr std::string_view token_usage = "usage: signet token COMMAND [OPTION]... [ARGUMENT]...";

ExitStatus token_help() {
    print(std::string(token_usage) +
          "\n\nMakes a token ready for use: keys that never leave it, and their certificates.\n\n" +
          list_of(token_commands, 14) + "\n`signet token COMMAND --help` says more.\n");
    return ExitStatus::done;
}

Error token_usage_error(const std::string& why) {
    return {ExitStatus::usage, "token", why,
            std::string(token_usage) + " (signet token --help lists the commands)"};
}

}  // namespace

ExitStatus token(const Arguments& arguments) {
    if (arguments.empty())
        throw token_usage_error("no command is given");
    const std::string& name = arguments.front();
    if (name == "--help" || name == "-h" || name == "help")
        return token_help();
    if (const Command* command = find(token_commands, name))
        return command->run({arguments.begin() + 1, arguments.end()});
    throw token_usage_error("there is no command '" + name + "'");
}

}  // namespace signet::client::commands
