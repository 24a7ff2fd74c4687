#include "client/input_file.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <vector>

#include "client/content_hash.h"
#include "client/error.h"

namespace signet::client {

namespace {

constexpr std::size_t piece_size = std::size_t{64} * 1024;

std::string cannot_read(const std::string& name) {
    return "cannot read " + name;
}

}  // namespace

std::string name_of_input(const std::string& path) {
    return path == "-" ? "standard input" : path;
}

InputFile::InputFile(const std::string& path) : m_name(name_of_input(path)) {
    if (path == "-") {
        m_descriptor = STDIN_FILENO;
        return;
    }
    m_owned = FileDescriptor(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
    m_descriptor = m_owned.get();
    struct stat status {};
    if (m_descriptor < 0 || fstat(m_descriptor, &status) != 0)
        throw from_errno(errno, cannot_read(m_name));
    if (S_ISDIR(status.st_mode))
        throw Error(ExitStatus::other, cannot_read(m_name), "it is a folder", "name a file");
}

std::size_t InputFile::read(std::span<std::uint8_t> buffer) {
    for (;;) {
        const ssize_t count = ::read(m_descriptor, buffer.data(), buffer.size());
        if (count >= 0)
            return static_cast<std::size_t>(count);
        if (errno != EINTR)
            throw from_errno(errno, cannot_read(m_name));
    }
}

cms::Bytes InputFile::read_all(std::size_t limit, const std::string& why) {
    const auto too_large = [&] {
        return Error(ExitStatus::other, cannot_read(m_name),
                     why.empty() ? "it is larger than " + std::to_string(limit) + " bytes" : why);
    };
    struct stat status {};
    std::size_t expected = 0;
    if (fstat(m_descriptor, &status) == 0 && S_ISREG(status.st_mode))
        expected = static_cast<std::size_t>(status.st_size);
    if (expected > limit)
        throw too_large();

    // One byte more than expected, so that the end is seen without growing.
    cms::Bytes content(std::max(expected + 1, piece_size));
    std::size_t filled = 0;
    while (const std::size_t count = read(std::span(content).subspan(filled))) {
        filled += count;
        if (filled > limit)
            throw too_large();
        if (filled == content.size())
            content.resize(std::min(filled * 2, limit + 1));
    }
    content.resize(filled);
    return content;
}

cms::Bytes InputFile::digest(cms::DigestAlgorithm algorithm) {
    ContentHash hash(algorithm);
    read_to([&hash](cms::BytesView piece) { hash.update(piece); });
    return hash.finish();
}

void InputFile::read_to(const cms::ByteSink& sink) {
    cms::Bytes piece(piece_size);
    while (const std::size_t count = read(piece))
        sink(cms::BytesView(piece).first(count));
}

std::optional<std::uint64_t> InputFile::size_left() const noexcept {
    struct stat status {};
    if (fstat(m_descriptor, &status) != 0 || !S_ISREG(status.st_mode))
        return std::nullopt;
    const off_t position = lseek(m_descriptor, 0, SEEK_CUR);
    if (position < 0 || position > status.st_size)
        return std::nullopt;
    return static_cast<std::uint64_t>(status.st_size - position);
}

}  // namespace signet::client
