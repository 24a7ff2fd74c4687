#include "agent/audit_backlog.h"

#include "agent/protocol/status.h"

#include <string>
#include <utility>

namespace signet::agent {

bool AuditBacklog::keep(const std::vector<AuditRecord>& records) {
    for (const auto& record : records) {
        if (record.begun == 0)
            continue;
        if (m_records.size() >= max_records) {
            ++m_only_counted;
        } else if (m_records.size() < max_whole) {
            m_records.push_back(record);
        } else {
            auto& known = m_records.emplace_back();
            known.operation = record.operation;
            known.outcome = record.outcome;
            known.begun = record.begun;
        }
    }
    return !std::exchange(m_was_called, true);
}

void AuditBacklog::write_to(AuditLog& log) {
    m_was_called = false;
    while (!m_records.empty()) {
        log.submit(m_records.front());
        m_records.pop_front();
    }
    if (m_only_counted == 0)
        return;
    AuditRecord rest;
    rest.operation = "sign";
    rest.outcome = protocol::Status_Name(protocol::AUDIT_FAILED);
    rest.detail = "of what was begun before the log failed, " + std::to_string(m_only_counted) +
                  " more that no record names did not leave";
    log.submit(rest);
    m_only_counted = 0;
}

}  // namespace signet::agent
