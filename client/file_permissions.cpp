#include "client/file_permissions.h"

#include <sys/xattr.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace signet::client {

namespace {

constexpr char access_list[] = "system.posix_acl_access";

constexpr mode_t owner_bits = 0700;
constexpr mode_t all_bits = 0777;

/// Whether `descriptor` now has the access list that `replaced` has, or like it none.
bool keep_access_list(int descriptor, const std::string& replaced) noexcept {
    // Room for five hundred entries; a longer list is one that cannot be kept.
    std::array<char, 4096> list{};
    const ssize_t size = getxattr(replaced.c_str(), access_list, list.data(), list.size());
    if (size > 0)
        return fsetxattr(descriptor, access_list, list.data(), static_cast<std::size_t>(size), 0) == 0;
    if (size < 0 && errno != ENODATA && errno != ENOTSUP)
        return false;
    // The folder may have given it one.
    return fremovexattr(descriptor, access_list) == 0 || errno == ENODATA || errno == ENOTSUP;
}

/// `mode` where the group is another one: neither the old group nor the new one may do more than before.
mode_t without_group(mode_t mode) noexcept {
    const mode_t both = (mode >> 3U) & mode & 07U;
    return (mode & owner_bits) | both << 3U | both;
}

}  // namespace

void keep_permissions(int descriptor, const std::string& replaced, const struct stat& status) noexcept {
    constexpr auto as_it_is = static_cast<uid_t>(-1);
    const bool same_group = fchown(descriptor, status.st_uid, status.st_gid) == 0 ||
                            fchown(descriptor, as_it_is, status.st_gid) == 0;
    mode_t mode = status.st_mode & all_bits;
    if (!same_group)
        mode = without_group(mode);
    if (!keep_access_list(descriptor, replaced))
        mode &= owner_bits;
    // On a file system without modes there is nothing to keep.
    static_cast<void>(fchmod(descriptor, mode));
}

}  // namespace signet::client
