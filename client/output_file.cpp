#include "client/output_file.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <cstdio>
#include <string_view>
#include <utility>

#include "client/error.h"
#include "client/file_permissions.h"
#include "client/hex.h"
#include "client/hold_signals.h"
#include "client/wiped_bytes.h"

namespace signet::client {

namespace {

constexpr int attempts = 16;
constexpr mode_t owner_only_mode = 0600;
constexpr std::size_t read_back_at_once = std::size_t{64} * 1024;

std::string cannot_write(const std::string& name) {
    return "cannot write " + name;
}

Error refused(const std::string& name, const std::string& why) {
    return {ExitStatus::other, cannot_write(name), why, "name another file with -o"};
}

std::string folder_of(const std::string& path) {
    return path.substr(0, path.rfind('/') + 1);
}

/// Where everybody may put a link under a name that is about to be written, as the kernel's
/// protected_symlinks has it. The kernel does not see what is renamed.
bool planted(const std::string& link, const struct stat& status) {
    constexpr mode_t others_may_write = S_IWGRP | S_IWOTH;
    const std::string folder_path = folder_of(link);
    struct stat folder {};
    if (status.st_uid == geteuid() || stat(folder_path.empty() ? "." : folder_path.c_str(), &folder) != 0)
        return false;
    return (folder.st_mode & S_ISVTX) != 0 && (folder.st_mode & others_may_write) != 0 &&
           folder.st_uid != status.st_uid;
}

/// Whether it is one of the links by which the kernel names what a process has open.
bool is_of_descriptor(const std::string& link) {
    struct statfs file_system {};
    const std::string folder = folder_of(link);
    return statfs(folder.empty() ? "." : folder.c_str(), &file_system) == 0 &&
           file_system.f_type == PROC_SUPER_MAGIC;
}

/// Replaces `path`, a symbolic link with this status, by what it leads to. The result is no link itself, so
/// that one which takes its place later is replaced and not followed. A link that leads nowhere is refused:
/// what it would create is not what its name says.
void follow_links(std::string& path, struct stat& status) {
    constexpr int most_links = 40;
    const std::string name = path;
    for (int links = 0; S_ISLNK(status.st_mode); ++links) {
        if (links == most_links)
            throw from_errno(ELOOP, cannot_write(name));
        if (planted(path, status))
            throw refused(name, "it is a link that somebody else put into a folder that others write to");
        std::array<char, PATH_MAX> target{};
        const ssize_t size = readlink(path.c_str(), target.data(), target.size());
        if (size < 0)
            throw from_errno(errno, cannot_write(name));
        const std::string_view text(target.data(), static_cast<std::size_t>(size));
        const bool names_open_file = is_of_descriptor(path);
        path = (text.starts_with('/') ? "" : folder_of(path)) + std::string(text);
        if (lstat(path.c_str(), &status) != 0) {
            if (errno != ENOENT)
                throw from_errno(errno, cannot_write(name));
            throw Error(ExitStatus::other, cannot_write(name), "it is a link that leads nowhere",
                        "use - for standard output");
        }
        // Who opened it may have written to it, or go on to.
        if (names_open_file && S_ISREG(status.st_mode))
            throw Error(ExitStatus::other, cannot_write(name), "it names a file that is open",
                        "use - for standard output");
    }
}

/// Whether `path` is written to directly.
bool is_stream(const std::string& path) {
    struct stat status {};
    return path == "-" || (stat(path.c_str(), &status) == 0 && S_ISCHR(status.st_mode));
}

/// Another name of an open file, for as long as it is open.
std::string path_of(int descriptor) {
    return "/proc/self/fd/" + std::to_string(descriptor);
}

/// In the same folder, so that renaming never crosses a file system.
std::string temporary_name(const std::string& target) {
    std::array<unsigned char, 8> random{};
    if (getrandom(random.data(), random.size(), 0) != static_cast<ssize_t>(random.size()))
        throw from_errno(errno, cannot_write(target));
    return folder_of(target) + ".signet-" + hex(cms::as_text(random));
}

}  // namespace

OutputFile::OutputFile(const std::string& path, Privacy privacy, Temporary temporary)
    : m_name(path == "-" ? "standard output" : path), m_target(path), m_privacy(privacy) {
    if (path == "-") {
        m_is_device = true;
        m_descriptor = STDOUT_FILENO;
        return;
    }
    struct stat status {};
    if (lstat(path.c_str(), &status) == 0) {
        if (S_ISLNK(status.st_mode))
            follow_links(m_target, status);
        if (S_ISCHR(status.st_mode)) {
            open_device();
            return;
        }
        if (S_ISDIR(status.st_mode))
            throw refused(m_name, "it is a folder");
        if (!S_ISREG(status.st_mode))
            throw refused(m_name, "it is not a regular file");
        m_replaced = status;
    } else if (errno != ENOENT) {
        throw from_errno(errno, cannot_write(m_name));
    }
    if (m_target.empty() || m_target.back() == '/')
        throw refused(m_name.empty() ? "a file without a name" : m_name, "it is not the name of a file");
    if (temporary == Temporary::unnamed && open_unnamed())
        return;
    make_temporary();
    if (temporary == Temporary::named)
        return;
    // It can be made: that is all that is of interest yet.
    discard();
    m_temporary.clear();
    m_descriptor = -1;
    m_owned.reset();
}

void OutputFile::open_device() {
    m_is_device = true;
    m_owned = FileDescriptor(open(m_target.c_str(), O_WRONLY | O_CLOEXEC | O_NOCTTY | O_NOFOLLOW));
    m_descriptor = m_owned.get();
    if (m_descriptor < 0)
        throw from_errno(errno, cannot_write(m_name));
}

mode_t OutputFile::mode() const noexcept {
    return m_privacy == Privacy::owner_only || m_replaced ? owner_only_mode : 0666;
}

void OutputFile::keep_permissions_of_replaced() const noexcept {
    if (m_replaced && m_privacy == Privacy::shared)
        keep_permissions(m_descriptor, m_target, *m_replaced);
    else if (m_replaced)
        static_cast<void>(fchmod(m_descriptor, m_replaced->st_mode & owner_only_mode));
}

/// Whether there are files without names here.
bool OutputFile::open_unnamed() {
    const std::string folder = folder_of(m_target);
    m_owned =
        FileDescriptor(open(folder.empty() ? "." : folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, mode()));
    m_descriptor = m_owned.get();
    if (m_descriptor < 0) {
        if (errno == EOPNOTSUPP || errno == EISDIR || errno == EINVAL)
            return false;
        throw from_errno(errno, cannot_write(m_name));
    }
    // It gets a name by way of this one.
    m_is_unnamed = access(path_of(m_descriptor).c_str(), F_OK) == 0;
    if (m_is_unnamed)
        keep_permissions_of_replaced();
    return m_is_unnamed;
}

void OutputFile::make_temporary() {
    m_descriptor = -1;
    for (int attempt = 0; m_descriptor < 0 && attempt < attempts; ++attempt) {
        std::string temporary = temporary_name(m_target);
        m_owned = FileDescriptor(open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode()));
        m_descriptor = m_owned.get();
        if (m_descriptor >= 0)
            m_temporary = std::move(temporary);
        else if (errno != EEXIST)
            break;
    }
    if (m_descriptor < 0)
        throw from_errno(errno, cannot_write(m_name));
    keep_permissions_of_replaced();
}

OutputFile::OutputFile(OutputFile&& other) noexcept
    : m_name(std::move(other.m_name)),
      m_target(std::move(other.m_target)),
      m_temporary(std::exchange(other.m_temporary, {})),
      m_privacy(other.m_privacy),
      m_replaced(other.m_replaced),
      m_is_device(other.m_is_device),
      m_is_unnamed(other.m_is_unnamed),
      m_owned(std::move(other.m_owned)),
      m_descriptor(std::exchange(other.m_descriptor, -1)) {}

OutputFile::~OutputFile() {
    discard();
}

void OutputFile::write(cms::BytesView bytes) {
    while (!bytes.empty()) {
        const ssize_t count = ::write(m_descriptor, bytes.data(), bytes.size());
        if (count >= 0)
            bytes = bytes.subspan(static_cast<std::size_t>(count));
        else if (errno == EPIPE)
            throw BrokenPipe{};
        else if (errno != EINTR)
            throw from_errno(errno, cannot_write(m_name));
    }
}

void OutputFile::read_back(const cms::ByteSink& sink) const {
    // It may be plaintext.
    WipedBytes piece(read_back_at_once);
    std::uint64_t offset = 0;
    while (const std::size_t count = read_back_at(offset, {piece.data(), piece.size()})) {
        sink(piece.first(count));
        offset += count;
    }
}

std::size_t OutputFile::read_back_at(std::uint64_t offset, std::span<std::uint8_t> buffer) const {
    while (true) {
        const ssize_t count = pread(m_descriptor, buffer.data(), buffer.size(), static_cast<off_t>(offset));
        if (count >= 0)
            return static_cast<std::size_t>(count);
        if (errno != EINTR)
            throw from_errno(errno, "cannot read " + m_name);
    }
}

void OutputFile::flush() {
    // Without it, a power failure after the rename could leave an empty file in the place of a good one.
    if (!m_is_device && fsync(m_descriptor) != 0)
        throw from_errno(errno, cannot_write(m_name));
}

void OutputFile::prepare() {
    if (m_is_device)
        return;
    flush();
    for (int attempt = 0; m_is_unnamed && m_temporary.empty(); ++attempt) {
        std::string temporary = temporary_name(m_target);
        if (linkat(AT_FDCWD, path_of(m_descriptor).c_str(), AT_FDCWD, temporary.c_str(), AT_SYMLINK_FOLLOW) ==
            0)
            m_temporary = std::move(temporary);
        else if (errno != EEXIST || attempt == attempts)
            throw from_errno(errno, cannot_write(m_name));
    }
    m_descriptor = -1;
    m_owned.reset();
}

void OutputFile::commit() {
    if (m_temporary.empty())
        return;
    if (rename(m_temporary.c_str(), m_target.c_str()) != 0)
        throw from_errno(errno, cannot_write(m_name));
    m_temporary.clear();
}

void OutputFile::discard() noexcept {
    if (!m_temporary.empty())
        unlink(m_temporary.c_str());
}

void write_outputs(const std::vector<Output>& outputs) {
    // A pipe or terminal may block for ever: the user must be able to end us then, and no plaintext may lie
    // under a temporary name.
    for (const Output& output : outputs)
        if (is_stream(output.path))
            OutputFile(output.path, output.privacy).write(output.content);

    const HoldSignals held;
    std::vector<OutputFile> files;
    files.reserve(outputs.size());
    for (const Output& output : outputs) {
        if (is_stream(output.path))
            continue;
        files.emplace_back(output.path, output.privacy);
        files.back().write(output.content);
        files.back().prepare();
    }
    for (OutputFile& file : files)
        file.commit();
}

}  // namespace signet::client
