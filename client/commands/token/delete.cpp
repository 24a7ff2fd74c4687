#include "client/agent_connection.h"
#include "client/commands/command_options.h"
#include "client/commands/token/commands.h"
#include "client/commands/token/confirmation.h"

namespace signet::client::commands {

ExitStatus token_delete(const Arguments& arguments) {
    CommandOptions options(
        "token delete", "[--yes] [--force] KEY",
        "Deletes a key and its certificates from its token, for good. KEY is its label or pkcs11: URI, or\n"
        "an address, fingerprint, label or URI of the identity that it makes. Asks first. A key with a\n"
        "certificate that is still valid stays unless --force is given: what is encrypted to it could not\n"
        "be opened any more.");
    options.flag("yes", "do not ask").flag("force", "also a key with a valid certificate");
    const auto parsed = options.parse(arguments, 1, 1);
    if (!parsed)
        return ExitStatus::done;
    const std::string& key = parsed->operands.front();
    if (key.empty())
        throw options.usage_error("the name of the key is empty");
    if (!parsed->has("yes") && !can_ask())
        throw options.usage_error("there is no terminal to ask at (--yes deletes without a question)");
    if (!parsed->has("yes") &&
        !confirms("The key \"" + key + "\" and its certificates will be deleted. Type yes to go on", "yes"))
        throw Error(ExitStatus::answer_is_no, "cannot delete the key", "it was not confirmed");
    AgentConnection(parsed->socket()).delete_key(key, parsed->has("force"));
    return ExitStatus::done;
}

}  // namespace signet::client::commands
