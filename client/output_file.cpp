#include "client/output_file.h"

#include <fcntl.h>
#include <sys/random.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>
#include <utility>

#include "client/error.h"
#include "client/file_permissions.h"
#include "client/hold_signals.h"

namespace signet::client {

namespace {

constexpr int attempts = 16;
constexpr mode_t owner_only_mode = 0600;

std::string cannot_write(const std::string& name) {
    return "cannot write " + name;
}

Error refused(const std::string& name, const std::string& why) {
    return {ExitStatus::other, cannot_write(name), why, "name another file with -o"};
}

/// The file behind symbolic links. A link that leads nowhere is refused: what it would create is not what its
/// name says.
std::string resolve(const std::string& path) {
    struct FreeChars {
        void operator()(char* chars) const noexcept {
            std::free(chars);
        }  // NOLINT: realpath's own allocation
    };
    const std::unique_ptr<char, FreeChars> real(realpath(path.c_str(), nullptr));
    if (!real)
        throw from_errno(errno, cannot_write(path));
    return real.get();
}

/// In the same folder, so that renaming never crosses a file system.
std::string temporary_name(const std::string& target) {
    std::array<unsigned char, 8> random{};
    if (getrandom(random.data(), random.size(), 0) != static_cast<ssize_t>(random.size()))
        throw from_errno(errno, cannot_write(target));
    std::string name = target.substr(0, target.rfind('/') + 1) + ".signet-";
    for (const unsigned char byte : random) {
        name += "0123456789abcdef"[byte >> 4U];
        name += "0123456789abcdef"[byte & 15U];
    }
    return name;
}

}  // namespace

OutputFile::OutputFile(const std::string& path, Privacy privacy)
    : m_name(path == "-" ? "standard output" : path), m_target(path) {
    if (path == "-") {
        m_descriptor = STDOUT_FILENO;
        return;
    }
    struct stat status {};
    const bool replaces = lstat(path.c_str(), &status) == 0;
    if (replaces) {
        if (S_ISLNK(status.st_mode)) {
            m_target = resolve(path);
            if (stat(m_target.c_str(), &status) != 0)
                throw from_errno(errno, cannot_write(m_name));
        }
        if (S_ISCHR(status.st_mode)) {
            m_owned = FileDescriptor(open(m_target.c_str(), O_WRONLY | O_CLOEXEC | O_NOCTTY));
            m_descriptor = m_owned.get();
            if (m_descriptor < 0)
                throw from_errno(errno, cannot_write(m_name));
            return;
        }
        if (S_ISDIR(status.st_mode))
            throw refused(m_name, "it is a folder");
        if (!S_ISREG(status.st_mode))
            throw refused(m_name, "it is not a regular file");
    } else if (errno != ENOENT) {
        throw from_errno(errno, cannot_write(m_name));
    }
    if (m_target.empty() || m_target.back() == '/')
        throw refused(m_name.empty() ? "a file without a name" : m_name, "it is not the name of a file");

    const mode_t mode = privacy == Privacy::owner_only || replaces ? owner_only_mode : 0666;
    for (int attempt = 0; m_descriptor < 0 && attempt < attempts; ++attempt) {
        std::string temporary = temporary_name(m_target);
        m_owned = FileDescriptor(open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode));
        m_descriptor = m_owned.get();
        if (m_descriptor >= 0)
            m_temporary = std::move(temporary);
        else if (errno != EEXIST)
            break;
    }
    if (m_descriptor < 0)
        throw from_errno(errno, cannot_write(m_name));
    if (replaces && privacy == Privacy::shared)
        keep_permissions(m_descriptor, m_target, status);
    else if (replaces)
        static_cast<void>(fchmod(m_descriptor, status.st_mode & owner_only_mode));
}

OutputFile::OutputFile(OutputFile&& other) noexcept
    : m_name(std::move(other.m_name)),
      m_target(std::move(other.m_target)),
      m_temporary(std::exchange(other.m_temporary, {})),
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

void OutputFile::prepare() {
    if (m_temporary.empty())
        return;
    // Without it, a power failure after the rename could leave an empty file in the place of a good one.
    if (fsync(m_descriptor) != 0)
        throw from_errno(errno, cannot_write(m_name));
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
    // A pipe or terminal may block for ever: the user must be able to end us then.
    bool only_files = true;
    for (const Output& output : outputs)
        only_files = only_files && output.path != "-";
    std::optional<HoldSignals> held;
    if (only_files)
        held.emplace();

    std::vector<OutputFile> files;
    files.reserve(outputs.size());
    for (const Output& output : outputs) {
        files.emplace_back(output.path, output.privacy);
        files.back().write(output.content);
        files.back().prepare();
    }
    for (OutputFile& file : files)
        file.commit();
}

}  // namespace signet::client
