// Whether two names mean one file.
#pragma once

#include <sys/types.h>

#include <compare>
#include <optional>
#include <string>

namespace signet::client {

/// What a path leads to. Names of one file compare equal however they are spelled: symbolic links are
/// followed, and hard links are one file.
struct FileIdentity {
    /// Of the file; of its folder if there is no such file yet.
    dev_t device = 0;
    ino_t inode = 0;
    /// The last part of the path if there is no such file yet, else empty.
    std::string name;

    // clang-tidy 14 takes the zero that it compares with for a null pointer.
    // NOLINTNEXTLINE(modernize-use-nullptr)
    auto operator<=>(const FileIdentity&) const = default;
};

/// The identity of `path`, where `-` is whatever standard input is. None for what two names may well share
/// (devices, pipes, terminals), and where not even the folder is there.
[[nodiscard]] std::optional<FileIdentity> identity_of_input(const std::string& path);

/// The same, where `-` is standard output: none, since nothing is replaced there.
[[nodiscard]] std::optional<FileIdentity> identity_of_output(const std::string& path);

}  // namespace signet::client
