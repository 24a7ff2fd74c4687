#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <string>
#include <vector>

#include "client/commands/commands.h"

namespace signet::client::commands {

namespace {

/// The folder of this program's file, with a slash at its end.
std::string own_folder() {
    std::array<char, PATH_MAX> path{};
    const ssize_t size = readlink("/proc/self/exe", path.data(), path.size());
    if (size < 0)
        throw from_errno(errno, "cannot find signet-mail");
    const std::string file(path.data(), static_cast<std::size_t>(size));
    return file.substr(0, file.rfind('/') + 1);
}

}  // namespace

ExitStatus mail(const Arguments& arguments) {
    Arguments texts = arguments;
    texts.insert(texts.begin(), "signet-mail");
    std::vector<char*> argv;
    argv.reserve(texts.size() + 1);
    for (std::string& text : texts)
        argv.push_back(text.data());
    argv.push_back(nullptr);

    // A program of its own, so that the MIME library costs the other commands nothing.
    const std::string folder = own_folder();
    for (const char* place : {"signet-mail", "../libexec/signet/signet-mail"}) {
        execv((folder + place).c_str(), argv.data());
        if (errno != ENOENT)
            throw from_errno(errno, "cannot run " + folder + place);
    }
    throw Error(ExitStatus::other, "cannot run signet-mail",
                "it is neither in " + folder + " nor in " + folder + "../libexec/signet/",
                "install it beside signet");
}

}  // namespace signet::client::commands
