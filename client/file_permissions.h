// Who may do what with a file that takes another one's place.
#pragma once

#include <sys/stat.h>

#include <string>

namespace signet::client {

/// Gives `descriptor`, a new file of ours that nobody else can open yet, the mode, owner, group and access
/// list (POSIX.1e) of the file `replaced`, whose stat() is `status`. What the system does not permit is left,
/// and then nobody gets more than they had: less, if need be. Set-user-ID and the like are not kept. Never
/// throws and never fails.
void keep_permissions(int descriptor, const std::string& replaced, const struct stat& status) noexcept;

}  // namespace signet::client
