#include "client/commands/command_options.h"
#include "client/commands/commands.h"

namespace signet::client::commands {

ExitStatus version(const Arguments& arguments) {
    CommandOptions options("version", "", "Prints the version of this program.");
    if (options.parse(arguments, 0, 0))
        print("signet " SIGNET_VERSION "\n");
    return ExitStatus::done;
}

}  // namespace signet::client::commands
