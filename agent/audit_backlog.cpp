#include "agent/audit_backlog.h"

namespace signet::agent {

void AuditBacklog::keep(const std::vector<AuditRecord>& records) {
    for (const auto& record : records) {
        if (record.begun != 0 && m_records.size() < max_records)
            m_records.push_back(record);
    }
}

void AuditBacklog::write_to(AuditLog& log) {
    while (!m_records.empty()) {
        log.submit(m_records.front());
        m_records.pop_front();
    }
}

}  // namespace signet::agent
