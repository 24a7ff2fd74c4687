#include "client/agent_connection.h"
#include "client/commands/command_options.h"
#include "client/commands/commands.h"

namespace signet::client::commands {

ExitStatus lock(const Arguments& arguments) {
    CommandOptions options(
        "lock", "[TOKEN]",
        "Makes the agent forget a token's PIN and log out of it.\n"
        "TOKEN is its label, serial number or pkcs11: URI; without it, all tokens are locked.");
    const std::optional<ParsedArguments> parsed = options.parse(arguments, 0, 1);
    if (!parsed)
        return ExitStatus::done;
    AgentConnection(parsed->socket()).lock(parsed->operands.empty() ? "" : parsed->operands.front());
    return ExitStatus::done;
}

}  // namespace signet::client::commands
