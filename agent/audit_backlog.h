// What the audit log could not be told while it failed.
#pragma once

#include "agent/audit_log.h"
#include "agent/audit_record.h"

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <deque>
#include <vector>

namespace signet::agent {

/// Records of what was begun and did not leave: the file may hold its `begun` or `done`, and must not be the
/// last word. On the loop's thread only.
class AuditBacklog {
  public:
    /// Records that are kept whole; of more, `operation`, `outcome` and `begun` are.
    static constexpr std::size_t max_whole = 4096;
    /// Records at once, as many as four clients can have under way. More are only counted.
    static constexpr std::size_t max_records = 65536;

    /// Keeps those of `records` that name a first record (AuditRecord::begun). Whether it was not called
    /// since the last write_to().
    bool keep(const std::vector<AuditRecord>& records);

    /// Submits all, with the time of now; last one that says how many were only counted. Returns when they
    /// are on disk. Throws Error(AUDIT_FAILED) if the log has failed, and keeps what is not on disk
    /// then. One at a time.
    boost::asio::awaitable<void> write_to(AuditLog& log);

  private:
    std::deque<AuditRecord> m_records;
    std::size_t m_only_counted = 0;
    bool m_was_called = false;
};

}  // namespace signet::agent
