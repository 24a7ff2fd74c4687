// What the audit log could not be told while it failed.
#pragma once

#include "agent/audit_log.h"
#include "agent/audit_record.h"

#include <cstddef>
#include <deque>
#include <vector>

namespace signet::agent {

/// Records of what was begun and did not leave: the file may hold its `begun` or `done`, and must not be the
/// last word. On the loop's thread only.
class AuditBacklog {
  public:
    /// Records at once; more are lost. Only what was under way when the log failed has any.
    static constexpr std::size_t max_records = 4096;

    /// Keeps those of `records` that name a first record (AuditRecord::begun).
    void keep(const std::vector<AuditRecord>& records);

    /// Submits all, with the time of now. Throws Error(AUDIT_FAILED) if the log has failed; what was not
    /// taken is kept.
    void write_to(AuditLog& log);

  private:
    std::deque<AuditRecord> m_records;
};

}  // namespace signet::agent
