#include <unistd.h>

#include "client/agent_connection.h"
#include "client/commands/command_options.h"
#include "client/commands/pin_input.h"
#include "client/commands/token/commands.h"

namespace signet::client::commands {

ExitStatus token_change_pin(const Arguments& arguments) {
    CommandOptions options(
        "token change-pin", "[--pin-stdin] [TOKEN]",
        "Changes the PIN of a token. TOKEN is its label, serial number or pkcs11: URI; it can be left out\n"
        "if only one takes a login. The old PIN and, twice, the new one are asked for. A wrong old PIN\n"
        "costs a try, as at a login.");
    options.flag("pin-stdin",
                 "read both from standard input: the old PIN on the first line, the new on the second");
    const auto parsed = options.parse(arguments, 0, 1);
    if (!parsed)
        return ExitStatus::done;
    std::optional<Secret> before;
    std::optional<Secret> after;
    if (parsed->has("pin-stdin")) {
        before = read_pin(STDIN_FILENO, "old PIN");
        after = read_pin(STDIN_FILENO, "new PIN");
    }
    AgentConnection(parsed->socket())
        .change_pin(parsed->operands.empty() ? "" : parsed->operands.front(), before, after);
    return ExitStatus::done;
}

}  // namespace signet::client::commands
