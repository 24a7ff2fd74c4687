#include "client/revocation_cache.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <system_error>
#include <vector>

#include "client/file_descriptor.h"
#include "client/hex.h"
#include "cms/digest_stream.h"
#include "cms/error.h"

namespace signet::client {

namespace {

constexpr std::size_t digest_bytes = 32;

/// SHA-256 of the key and what is kept under it: a file that is cut off or of another key does not have it.
cms::Bytes seal_of(const std::string& key, cms::BytesView value) {
    cms::DigestStream stream(cms::DigestAlgorithm::sha256);
    stream.update(cms::as_bytes(key));
    stream.update(cms::as_bytes(std::string_view("\0", 1)));
    stream.update(value);
    return stream.finish();
}

std::string file_name(const std::string& key) {
    return hex(cms::as_text(cms::digest(cms::DigestAlgorithm::sha256, cms::as_bytes(key))));
}

/// Whether nobody else may have put something there.
bool is_ours(const struct stat& status) {
    return status.st_uid == geteuid() && (status.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

FileDescriptor open_folder(const std::filesystem::path& folder) {
    FileDescriptor opened(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    struct stat status {};
    if (opened.is_open() && (fstat(opened.get(), &status) != 0 || !is_ours(status)))
        opened.reset();
    return opened;
}

void make_folders(const std::filesystem::path& folder) {
    if (folder.empty() || folder == folder.root_path())
        return;
    struct stat status {};
    if (stat(folder.c_str(), &status) == 0)
        return;
    make_folders(folder.parent_path());
    mkdir(folder.c_str(), S_IRWXU);
}

bool write_all(int descriptor, cms::BytesView bytes) {
    while (!bytes.empty()) {
        const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
        if (written <= 0)
            return false;
        bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
    return true;
}

std::optional<cms::Bytes> read_all(int descriptor, std::size_t size) {
    cms::Bytes bytes(size);
    std::size_t filled = 0;
    while (filled < size) {
        const ssize_t count = ::read(descriptor, bytes.data() + filled, size - filled);
        if (count <= 0)
            return std::nullopt;
        filled += static_cast<std::size_t>(count);
    }
    return bytes;
}

}  // namespace

std::filesystem::path RevocationCache::default_folder() {
    const char* cache = std::getenv("XDG_CACHE_HOME");
    // The base directory specification: a relative path is invalid.
    if (cache != nullptr && *cache == '/')
        return std::filesystem::path(cache) / "signet/revocation";
    const char* home = std::getenv("HOME");
    return home == nullptr || *home != '/' ? std::filesystem::path()
                                           : std::filesystem::path(home) / ".cache/signet/revocation";
}

std::optional<cms::Bytes> RevocationCache::read(const std::string& key, std::size_t limit) const {
    const FileDescriptor folder = open_folder(m_folder);
    if (!folder.is_open())
        return std::nullopt;
    const FileDescriptor file(
        openat(folder.get(), file_name(key).c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK));
    struct stat status {};
    if (!file.is_open() || fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode) || !is_ours(status))
        return std::nullopt;
    const auto size = static_cast<std::size_t>(status.st_size);
    if (size < digest_bytes || size - digest_bytes > limit)
        return std::nullopt;
    const auto bytes = read_all(file.get(), size);
    if (!bytes)
        return std::nullopt;
    cms::Bytes value(bytes->begin() + digest_bytes, bytes->end());
    const cms::Bytes seal = seal_of(key, value);
    return std::equal(seal.begin(), seal.end(), bytes->begin()) ? std::optional(std::move(value))
                                                                : std::nullopt;
}

void RevocationCache::write(const std::string& key, cms::BytesView value) const {
    if (m_folder.empty() || value.size() > max_bytes / 2)
        return;
    make_folders(m_folder);
    const FileDescriptor folder = open_folder(m_folder);
    if (!folder.is_open())
        return;
    std::string temporary = (m_folder / "new-XXXXXX").string();
    const FileDescriptor file(mkostemp(temporary.data(), O_CLOEXEC));
    if (!file.is_open())
        return;
    if (!write_all(file.get(), seal_of(key, value)) || !write_all(file.get(), value) ||
        renameat(AT_FDCWD, temporary.c_str(), folder.get(), file_name(key).c_str()) != 0)
        unlink(temporary.c_str());
    make_room();
}

void RevocationCache::make_room() const {
    struct File {
        std::filesystem::path path;
        std::filesystem::file_time_type time;
        std::size_t size;
    };
    std::vector<File> files;
    std::error_code unreadable;
    for (std::filesystem::directory_iterator entry(m_folder, unreadable), end; !unreadable && entry != end;
         entry.increment(unreadable)) {
        std::error_code gone;
        const auto time = entry->last_write_time(gone);
        const auto size = gone ? 0 : entry->file_size(gone);
        if (!gone)
            files.push_back({entry->path(), time, static_cast<std::size_t>(size)});
    }
    std::sort(files.begin(), files.end(),
              [](const File& one, const File& other) { return one.time > other.time; });
    std::size_t count = 0;
    std::size_t bytes = 0;
    for (const File& file : files) {
        bytes += file.size;
        if (++count > max_files || bytes > max_bytes)
            unlink(file.path.c_str());
    }
}

}  // namespace signet::client
