#include <unistd.h>

#include "client/agent_connection.h"
#include "client/commands/command_options.h"
#include "client/commands/commands.h"
#include "client/commands/pin_input.h"

namespace signet::client::commands {

ExitStatus unlock(const Arguments& arguments) {
    CommandOptions options(
        "unlock", "[TOKEN] [--pin-stdin]",
        "Logs in to a token now, by its PIN source or with a PIN from standard input.\n"
        "TOKEN is its label, serial number or pkcs11: URI; it can be left out if only one takes\n"
        "a login.");
    options.flag("pin-stdin", "read the PIN from standard input, one line");
    const std::optional<ParsedArguments> parsed = options.parse(arguments, 0, 1);
    if (!parsed)
        return ExitStatus::done;
    std::optional<Secret> pin;
    if (parsed->has("pin-stdin"))
        pin = read_pin(STDIN_FILENO);
    AgentConnection(parsed->socket()).unlock(parsed->operands.empty() ? "" : parsed->operands.front(), pin);
    return ExitStatus::done;
}

}  // namespace signet::client::commands
