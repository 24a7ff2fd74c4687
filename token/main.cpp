// signet-token: the process that loads one PKCS#11 module for signet-agent.
#include <unistd.h>

#include <cstdio>
#include <exception>
#include <string>
#include <string_view>

#include "token/channel.h"
#include "token/confine.h"
#include "token/log.h"
#include "token/module_list.h"
#include "token/protocol/datagram.h"
#include "token/service.h"

namespace {

constexpr int usage = 2;

constexpr const char* help =
    "signet-token: loads one PKCS#11 module for signet-agent, which starts it.\n"
    "\n"
    "  signet-token                 serve the agent on descriptor 3\n"
    "  signet-token --list-modules  print the modules that p11-kit is configured with, as NAME<TAB>PATH, "
    "then \"end\"\n"
    "  signet-token --help          print this\n";

[[noreturn]] void list_modules() {
    signet::token::confine(STDERR_FILENO);
    for (const auto& module : signet::token::configured_modules()) {
        // A name or path that would break the line format cannot be told apart, so it is left out.
        if ((module.name + module.path).find_first_of("\t\n") == std::string::npos)
            std::printf("%s\t%s\n", module.name.c_str(), module.path.c_str());
    }
    std::puts("end");
    const bool written = std::fflush(stdout) == 0;
    // The modules are loaded, and many crash in exit handlers.
    _exit(written ? 0 : 1);
}

[[noreturn]] void serve() {
    const signet::token::Channel channel(signet::token::protocol::channel_descriptor);
    if (!channel.usable()) {
        signet::token::log_line("no channel to an agent: signet-agent starts this program; see --help");
        _exit(usage);
    }
    signet::token::confine(signet::token::protocol::channel_descriptor);
    signet::token::serve(channel);
}

}  // namespace

int main(int argc, char** argv) {
    try {
        if (argc == 1)
            serve();
        const std::string_view option = argc == 2 ? argv[1] : "";
        if (option == "--list-modules")
            list_modules();
        if (option == "--help") {
            std::fputs(help, stdout);
            return 0;
        }
    } catch (const std::exception& error) {
        signet::token::log_line(error.what());
        _exit(1);
    }
    std::fputs(help, stderr);
    return usage;
}
