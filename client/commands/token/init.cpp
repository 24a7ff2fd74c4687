#include <unistd.h>

#include "client/agent_connection.h"
#include "client/commands/command_options.h"
#include "client/commands/pin_input.h"
#include "client/commands/token/commands.h"
#include "client/commands/token/confirmation.h"

namespace signet::client::commands {

namespace {

/// The label of an initialised token that `name` means; empty if there is none, or more: the agent then says
/// so.
std::string label_of_initialised(AgentConnection& agent, const std::string& name) {
    const agent::protocol::ListReply seen = agent.list();
    std::string label;
    for (const agent::protocol::Token& token : seen.tokens()) {
        const bool is_meant = token.label() == name || token.serial() == name || token.uri() == name;
        if (!is_meant || token.state() == "not initialised")
            continue;
        if (!label.empty())
            return {};
        label = token.label();
    }
    return label;
}

}  // namespace

ExitStatus token_init(const Arguments& arguments) {
    CommandOptions options(
        "token init", "-l LABEL [--so-pin-stdin] [--pin-stdin] [--force] [TOKEN]",
        "Initialises a token: gives it a label, an SO PIN (of its administrator) and a PIN, and prints its\n"
        "URI. TOKEN is the URI that signet list shows, or the name of its module; it can be left out if\n"
        "only one is not initialised. PINs that are not read from standard input are asked for.\n\n"
        "A token that is initialised already loses all that is on it: it goes by its label, serial number\n"
        "or URI, its SO PIN must be right, and at a terminal its label must be typed.\n"
        "Elsewhere it takes --force.");
    options.value("label,l", "LABEL", "what the token is called from now on, at most 32 bytes")
        .flag("so-pin-stdin", "read the SO PIN from standard input, one line, before the PIN")
        .flag("pin-stdin", "read the PIN from standard input, one line")
        .flag("force", "destroy what is on the token, without a question");
    const auto parsed = options.parse(arguments, 0, 1);
    if (!parsed)
        return ExitStatus::done;
    if (!parsed->has("label"))
        throw options.usage_error("the token has no label (-l)");
    TokenRequest request;
    request.token = parsed->operands.empty() ? "" : parsed->operands.front();
    request.label = parsed->text("label");
    request.force = parsed->has("force");
    AgentConnection agent(parsed->socket());
    if (!request.force && !request.token.empty() && can_ask()) {
        const std::string label = label_of_initialised(agent, request.token);
        if (!label.empty() &&
            !confirms("All that is on token \"" + label + "\" will be destroyed. Type its label to go on",
                      label))
            throw Error(ExitStatus::answer_is_no, "cannot initialise the token", "it was not confirmed");
        request.force = !label.empty();
    }
    if (parsed->has("so-pin-stdin"))
        request.so_pin = read_pin(STDIN_FILENO, "SO PIN");
    if (parsed->has("pin-stdin"))
        request.pin = read_pin(STDIN_FILENO);
    print(agent.initialise_token(request) + "\n");
    return ExitStatus::done;
}

}  // namespace signet::client::commands
