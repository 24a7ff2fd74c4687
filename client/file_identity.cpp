#include "client/file_identity.h"

#include <sys/stat.h>
#include <unistd.h>

namespace signet::client {

namespace {

std::optional<FileIdentity> identity_of(const struct stat& status) {
    if (!S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode))
        return std::nullopt;
    return FileIdentity{status.st_dev, status.st_ino, {}};
}

}  // namespace

std::optional<FileIdentity> identity_of_input(const std::string& path) {
    struct stat status {};
    if (path == "-")
        return fstat(STDIN_FILENO, &status) == 0 ? identity_of(status) : std::nullopt;
    return identity_of_output(path);
}

std::optional<FileIdentity> identity_of_output(const std::string& path) {
    struct stat status {};
    if (path == "-")
        return std::nullopt;
    if (stat(path.c_str(), &status) == 0)
        return identity_of(status);
    const std::size_t name = path.rfind('/') + 1;
    const std::string folder = name == 0 ? "." : path.substr(0, name);
    if (stat(folder.c_str(), &status) != 0)
        return std::nullopt;
    return FileIdentity{status.st_dev, status.st_ino, path.substr(name)};
}

}  // namespace signet::client
