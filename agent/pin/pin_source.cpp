#include "agent/pin/pin_source.h"

#include "agent/error.h"
#include "agent/unique_descriptor.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <system_error>

namespace signet::agent::pin {
namespace {

[[noreturn]] void fail(const std::filesystem::path& path, const std::string& why, const std::string& advice) {
    throw Error(protocol::PIN_UNAVAILABLE, "cannot take the PIN from " + path.string() + ": " + why, advice);
}

std::string error_text(int error) {
    return std::generic_category().message(error);
}

void check_file(const std::filesystem::path& path, int descriptor, mode_t forbidden) {
    struct stat status {};
    if (fstat(descriptor, &status) != 0)
        fail(path, error_text(errno), "check the file system");
    if (!S_ISREG(status.st_mode))
        fail(path, "it is not a regular file", "name a regular file");
    if (status.st_uid != 0 && status.st_uid != geteuid())
        fail(path, "it belongs to another user", "give it to the user that signet-agent runs as");
    if ((status.st_mode & forbidden) != 0)
        fail(path, "others have access to it", "chmod 600 the file");
}

/// One byte more than a PIN with its newline may have shows a file that is too long.
Secret read_all(const std::filesystem::path& path, int descriptor) {
    Secret content(max_pin_size + 2);
    std::size_t size = 0;
    while (size < content.size()) {
        const ssize_t got = read(descriptor, content.data() + size, content.size() - size);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            fail(path, error_text(errno), "check the file system");
        if (got == 0)
            break;
        size += static_cast<std::size_t>(got);
    }
    if (size != 0 && content.data()[size - 1] == '\n')
        --size;
    content.truncate(size);
    return content;
}

Secret read_file(const std::filesystem::path& path, mode_t forbidden) {
    // O_NONBLOCK: a FIFO without a writer must not hold up the loop before it is seen to be none of ours.
    const UniqueDescriptor file(
        open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY));
    if (!file) {
        const int error = errno;
        fail(path, error == ELOOP ? "it is a symbolic link" : error_text(error),
             "check `pin` of this token in the configuration");
    }
    check_file(path, file.get(), forbidden);
    Secret pin = read_all(path, file.get());
    if (pin.empty())
        fail(path, "it is empty", "write the PIN into it");
    if (pin.size() > max_pin_size)
        fail(path, "it holds more than a PIN", "keep the PIN alone in it");
    return pin;
}

}  // namespace

bool is_credential_name(const std::string& name) noexcept {
    if (name.empty() || name.size() > 255 || name == "." || name == "..")
        return false;
    for (const char c : name)
        if (c <= ' ' || c > '~' || c == '/')
            return false;
    return true;
}

Secret read_pin(const PinFromFile& source) {
    return read_file(source.path, S_IRWXG | S_IRWXO);
}

Secret read_pin(const PinFromCredential& source) {
    if (!is_credential_name(source.name))
        throw Error(protocol::PIN_UNAVAILABLE, "the name of the credential with the PIN is not valid",
                    "check `pin` of this token in the configuration");
    const char* directory = std::getenv("CREDENTIALS_DIRECTORY");
    if (directory == nullptr || directory[0] != '/')
        throw Error(protocol::PIN_UNAVAILABLE,
                    "there is no systemd credential " + source.name + ": $CREDENTIALS_DIRECTORY is not set",
                    "start signet-agent as a service with LoadCredential= or SetCredential=");
    // An access control list for the service's uid shows as read permission of the group.
    return read_file(std::filesystem::path(directory) / source.name, S_IWGRP | S_IXGRP | S_IRWXO);
}

}  // namespace signet::agent::pin
