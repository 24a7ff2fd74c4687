#include <array>
#include <string>
#include <string_view>

#include "client/commands/become_program.h"
#include "client/commands/commands.h"
#include "client/commands/token/commands.h"

namespace signet::client::commands {

namespace {

struct TokenCommand {
    std::string_view name;
    std::string_view summary;
    ExitStatus (*run)(const Arguments& arguments);
};

/// Those on certificates need OpenSSL, whose loading takes longer than all that the others do.
ExitStatus become_cms_command(const char* command, Arguments arguments) {
    arguments.insert(arguments.begin(), command);
    become_program("signet-cms", arguments);
}

ExitStatus become_csr(const Arguments& arguments) {
    return become_cms_command("token csr", arguments);
}

ExitStatus become_import(const Arguments& arguments) {
    return become_cms_command("token import", arguments);
}

constexpr std::array<TokenCommand, 6> token_commands{{
    {"init", "initialise a token", token_init},
    {"keygen", "make a key pair on the token", token_keygen},
    {"csr", "make a request for a certificate", become_csr},
    {"import", "put a certificate and its chain onto the token", become_import},
    {"change-pin", "change the PIN", token_change_pin},
    {"delete", "delete a key and its certificates", token_delete},
}};

constexpr std::string_view token_usage = "usage: signet token COMMAND [OPTION]... [ARGUMENT]...";

ExitStatus token_help() {
    std::string text =
        std::string(token_usage) +
        "\n\nMakes a token ready for use: keys that never leave it, and their certificates.\n\n";
    for (const TokenCommand& command : token_commands) {
        text += "  ";
        text += command.name;
        text.append(12 - command.name.size(), ' ');
        text += command.summary;
        text += '\n';
    }
    print(text + "\n`signet token COMMAND --help` says more.\n");
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
    for (const TokenCommand& command : token_commands)
        if (command.name == name)
            return command.run({arguments.begin() + 1, arguments.end()});
    throw token_usage_error("there is no command '" + name + "'");
}

}  // namespace signet::client::commands
