#include "agent/audit_file.h"

#include "agent/audit_line.h"
#include "agent/error.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <limits>
#include <string>
#include <system_error>

namespace signet::agent {
namespace {

/// Holds many lines of max_audit_line, also if some of them are somebody else's.
constexpr off_t end_size = off_t{64} * 1024;

[[noreturn]] void fail(const std::filesystem::path& path, const std::string& why, const std::string& advice) {
    throw Error(protocol::AUDIT_FAILED, "audit log " + path.string() + ": " + why, advice);
}

[[noreturn]] void fail(const std::filesystem::path& path, int error) {
    fail(path, std::generic_category().message(error),
         "check the path, or set [audit] path in the configuration");
}

void make_folder(const std::filesystem::path& folder) {
    std::filesystem::path made;
    for (const auto& part : folder) {
        made /= part;
        if (mkdir(made.c_str(), S_IRWXU) != 0 && errno != EEXIST && errno != EROFS && errno != EACCES)
            fail(made, errno);
    }
}

/// A new file's name must be on disk as well as its content.
void sync_folder(const std::filesystem::path& path) {
    const UniqueDescriptor folder(open(path.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!folder || fsync(folder.get()) != 0)
        fail(path, errno);
}

void check(const std::filesystem::path& path, const struct stat& status) {
    if (!S_ISREG(status.st_mode))
        fail(path, "it is not a regular file", "set [audit] path in the configuration");
    if (status.st_uid != geteuid())
        fail(path, "it belongs to another user", "give it to the user that signet-agent runs as");
    if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0)
        fail(path, "others have access to it", "chmod 600 the file");
}

}  // namespace

AuditFile::AuditFile(const std::filesystem::path& path, const AuditFile* held) {
    make_folder(path.parent_path());
    // O_NONBLOCK: a FIFO in its place must not hold up the loop before it is refused.
    m_descriptor = UniqueDescriptor(
        open(path.c_str(), O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY | O_NONBLOCK,
             S_IRUSR | S_IWUSR));
    if (!m_descriptor && errno == ELOOP)
        fail(path, "it is a symbolic link", "set [audit] path to the file itself");
    if (!m_descriptor)
        fail(path, errno);
    struct stat status {};
    if (fstat(m_descriptor.get(), &status) != 0)
        fail(path, errno);
    check(path, status);
    m_device = status.st_dev;
    m_inode = status.st_ino;
    lock(path, held);
    if (status.st_size == 0)
        sync_folder(path);
    else
        read_end(path, status.st_size);
}

void AuditFile::lock(const std::filesystem::path& path, const AuditFile* held) {
    if (held != nullptr && held->m_device == m_device && held->m_inode == m_inode) {
        // A lock belongs to the open file: our own would refuse us. A copy of the descriptor shares it.
        m_descriptor = UniqueDescriptor(fcntl(held->m_descriptor.get(), F_DUPFD_CLOEXEC, 0));
        if (!m_descriptor)
            fail(path, errno);
        return;
    }
    if (flock(m_descriptor.get(), LOCK_EX | LOCK_NB) != 0)
        fail(path,
             errno == EWOULDBLOCK ? "another signet-agent writes it" : std::generic_category().message(errno),
             "stop the other agent, or give each its own [audit] path");
}

void AuditFile::read_end(const std::filesystem::path& path, off_t size) {
    std::string end(static_cast<std::size_t>(std::min(size, end_size)), '\0');
    const ssize_t got =
        pread(m_descriptor.get(), end.data(), end.size(), size - static_cast<off_t>(end.size()));
    if (got != static_cast<ssize_t>(end.size()))
        fail(path, got < 0 ? errno : EIO);
    m_last_sequence = greatest_sequence(end);
    if (m_last_sequence > std::numeric_limits<std::uint64_t>::max() / 2)
        fail(path, "its last sequence number cannot be", "move the file away");
    if (end.back() == '\n')
        return;
    const int error = append("\n");
    if (error != 0)
        fail(path, error);
}

int AuditFile::append(std::string_view lines) const noexcept {
    while (!lines.empty()) {
        const ssize_t written = write(m_descriptor.get(), lines.data(), lines.size());
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return written < 0 ? errno : EIO;
        lines.remove_prefix(static_cast<std::size_t>(written));
    }
    return fdatasync(m_descriptor.get()) == 0 ? 0 : errno;
}

}  // namespace signet::agent
