// Reading what a command line names, with bounds.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "client/file_descriptor.h"
#include "cms/algorithms.h"
#include "cms/byte_stream.h"
#include "cms/bytes.h"

namespace signet::client {

/// Bytes of a message that must be in memory as a whole: mail.
inline constexpr std::size_t max_content_in_memory = std::size_t{1} << 30;

/// As a person would call it: `path`, or "standard input" for `-`.
[[nodiscard]] std::string name_of_input(const std::string& path);

/// A file, a pipe or, as `-`, standard input. Read once, from the start.
class InputFile {
  public:
    /// Throws Error(9) that names `path` if it cannot be opened or is a folder.
    explicit InputFile(const std::string& path);

    /// Bytes read into `buffer`, 0 at the end. Throws Error(9).
    std::size_t read(std::span<std::uint8_t> buffer);

    /// What remains. Throws Error(9) if that is above `limit` bytes, before more is allocated;
    /// `why` is the reason then, empty: that it is larger than these.
    [[nodiscard]] cms::Bytes read_all(std::size_t limit = max_content_in_memory, const std::string& why = {});

    /// The digest of what remains, in constant memory. Throws Error.
    [[nodiscard]] cms::Bytes digest(cms::DigestAlgorithm algorithm);

    /// Bytes that remain, as far as the system says; none of a pipe or device.
    [[nodiscard]] std::optional<std::uint64_t> size_left() const noexcept;

    /// This as a source, for as long as it is there.
    [[nodiscard]] cms::ByteSource source() {
        return [this](std::span<std::uint8_t> buffer) { return read(buffer); };
    }

    /// Gives what remains to `sink`, in pieces. Throws Error(9), and what the sink throws.
    void read_to(const cms::ByteSink& sink);

    /// name_of_input of the path.
    [[nodiscard]] const std::string& name() const noexcept { return m_name; }

  private:
    std::string m_name;
    FileDescriptor m_owned;
    int m_descriptor = -1;
};

}  // namespace signet::client
