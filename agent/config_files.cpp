#include "agent/config.h"
#include "agent/error.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace signet::agent {
namespace {

/// A name without a path is looked for when a person is asked: the environment is another one then.
void check_pinentry(const std::string& program) {
    if (!program.starts_with('/'))
        return;
    struct stat status {};
    const bool is_there = stat(program.c_str(), &status) == 0 && access(program.c_str(), X_OK) == 0;
    if (!is_there || !S_ISREG(status.st_mode))
        throw ConfigError("pinentry: " + program + ": " +
                              (is_there ? "it is not a file" : std::generic_category().message(errno)),
                          "install it, or name another one");
}

}  // namespace

void check_files(const Config& config) {
    check_pinentry(config.pinentry);
    for (const TokenConfig& token : config.tokens) {
        const auto* file = std::get_if<pin::PinFromFile>(&token.pin);
        if (file == nullptr)
            continue;
        try {
            static_cast<void>(pin::read_pin(*file));
        } catch (const Error& error) {
            throw ConfigError(error.what(), error.advice());
        }
    }
}

}  // namespace signet::agent
