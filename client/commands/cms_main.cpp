// signet-cms: the commands of `signet` that read or write CMS, in a program of their own so that the others
// need not load OpenSSL. `signet` becomes it.
#include <array>
#include <string_view>
#include <utility>

#include "client/commands/cms_commands.h"
#include "client/commands/openssl_program.h"

namespace {

using namespace signet::client::commands;

using Command = signet::client::ExitStatus (*)(const Arguments&);

constexpr std::array<std::pair<std::string_view, Command>, 10> command_table{{
    {"sign", sign_attached},
    {"countersign", countersign},
    {"verify", verify},
    {"encrypt", encrypt},
    {"decrypt", decrypt},
    {"compress", compress},
    {"decompress", decompress},
    {"certificates", certificates},
    {"token csr", token_csr},
    {"token import", token_import},
}};

signet::client::ExitStatus run(const Arguments& arguments) {
    for (const auto& [name, command] : command_table)
        if (!arguments.empty() && arguments.front() == name)
            return command({arguments.begin() + 1, arguments.end()});
    throw signet::client::Error(signet::client::ExitStatus::usage, "cannot tell what to do",
                                "signet-cms is a part of signet", "use signet");
}

}  // namespace

int main(int argc, char** argv) {
    return run_openssl_program([&] { return run(arguments_of(argc, argv)); });
}
