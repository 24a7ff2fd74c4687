#include "client/commands/become_program.h"

#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <string>
#include <vector>

namespace signet::client::commands {

namespace {

/// The folder of this program's file, with a slash at its end.
std::string own_folder(const std::string& wanted) {
    std::array<char, PATH_MAX> path{};
    const ssize_t size = readlink("/proc/self/exe", path.data(), path.size());
    if (size < 0)
        throw from_errno(errno, "cannot find " + wanted);
    const std::string file(path.data(), static_cast<std::size_t>(size));
    return file.substr(0, file.rfind('/') + 1);
}

}  // namespace

void become_program(const std::string& name, const Arguments& arguments) {
    Arguments texts = arguments;
    texts.insert(texts.begin(), name);
    std::vector<char*> argv;
    argv.reserve(texts.size() + 1);
    for (std::string& text : texts)
        argv.push_back(text.data());
    argv.push_back(nullptr);

    const std::string folder = own_folder(name);
    for (const char* place : {"", SIGNET_LIBEXEC "/"}) {
        std::string file = folder;
        file.append(place).append(name);
        execv(file.c_str(), argv.data());
        if (errno != ENOENT)
            throw from_errno(errno, "cannot run " + file);
    }
    throw Error(ExitStatus::other, "cannot run " + name,
                "it is neither in " + folder + " nor in " + folder + SIGNET_LIBEXEC,
                "install it beside signet");
}

void become_cms(const std::string& command, Arguments arguments) {
    arguments.insert(arguments.begin(), command);
    become_program("signet-cms", arguments);
}

}  // namespace signet::client::commands
