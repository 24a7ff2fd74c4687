// The file of the audit log: safe to write to, and ours alone.
#pragma once

#include "agent/unique_descriptor.h"

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <string_view>

namespace signet::agent {

class AuditFile {
  public:
    /// Opens or creates `path` (0600; missing folders 0700), locks it (flock), and ends a last line that was
    /// cut off. `held` is the file that is open already, null for none; if `path` is still that file, its
    /// lock goes on. Throws Error(AUDIT_FAILED) if it is no regular file, not ours, accessible by group or
    /// others, or locked by somebody else.
    AuditFile(const std::filesystem::path& path, const AuditFile* held);

    /// Writes all of `lines` at the end and waits until it is on disk. Returns 0 or errno; then some of it
    /// may be in the file.
    [[nodiscard]] int append(std::string_view lines) const noexcept;

    /// The greatest sequence number near the end, when it was opened; 0 for none.
    [[nodiscard]] std::uint64_t last_sequence() const noexcept { return m_last_sequence; }

  private:
    void lock(const std::filesystem::path& path, const AuditFile* held);
    void read_end(const std::filesystem::path& path, off_t size);

    UniqueDescriptor m_descriptor;
    dev_t m_device = 0;
    ino_t m_inode = 0;
    std::uint64_t m_last_sequence = 0;
};

}  // namespace signet::agent
