// The audit log: one JSON object a line, on disk before what it tells of leaves the agent.
#pragma once

#include "agent/audit_record.h"

#include <utility>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>

namespace signet::agent {

/// Bytes of one line, its newline included.
inline constexpr std::size_t max_audit_line = 4096;

/// An append-only file with one writer thread. All members are called on the thread of the io_context, which
/// must outlive the log. Records reach the file in the order of submit(), all that wait in one write and one
/// fdatasync.
///
/// A log whose file takes nothing for so long that 16 MiB wait refuses more (AUDIT_FAILED) until it does.
/// Once a write failed, the log stays failed: submit() and durable() throw Error(AUDIT_FAILED) until reopen()
/// succeeds. A record that was lost stays lost: its ticket never becomes durable.
class AuditLog {
  public:
    /// The record's sequence number, which grows by one a record and goes on where the file ends. A gap in
    /// the file is a record that was lost.
    using Ticket = std::uint64_t;

    /// Opens or creates `path` (absolute; mode 0600, its folder 0700). A last line that a crash cut off is
    /// kept and ended. Throws Error(AUDIT_FAILED) if it is no regular file, not ours, accessible by group or
    /// others, or held by another agent.
    AuditLog(boost::asio::io_context&, std::filesystem::path path);
    /// Writes what was submitted, then ends the thread. Coroutines that still wait are destroyed.
    ~AuditLog();
    AuditLog(const AuditLog&) = delete;
    AuditLog& operator=(const AuditLog&) = delete;
    AuditLog(AuditLog&&) = delete;
    AuditLog& operator=(AuditLog&&) = delete;

    /// When a record is written.
    enum class Write {
        now,
        /// Not before somebody waits for it, or for any other, or many wait: one write then serves all. For a
        /// record that durable() is called for, or that is followed by another.
        when_awaited,
    };

    /// Gives the record to the writer, with the time of now (UTC). Does not wait. Throws Error(AUDIT_FAILED)
    /// if the log has failed.
    Ticket submit(const AuditRecord&, Write = Write::now);

    /// Returns once the record of `ticket` is on disk; at once, without a turn of the loop, if it is. Throws
    /// Error(AUDIT_FAILED) if it was lost. `ticket` is one that submit() returned.
    boost::asio::awaitable<void> durable(Ticket ticket);

    /// Opens the path again (for a log that was moved away) and ends a failure. Waits for the write that is
    /// under way. Throws Error(AUDIT_FAILED) as the constructor does; the log is then as it was.
    void reopen();

    /// Whether the log refuses what submit() would be given now.
    [[nodiscard]] bool failed() const;

  private:
    class Writer;
    std::shared_ptr<Writer> m_writer;
};

}  // namespace signet::agent
