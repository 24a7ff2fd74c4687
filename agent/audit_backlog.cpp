#include "agent/audit_backlog.h"

#include "agent/protocol/status.h"

#include <cstddef>
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

boost::asio::awaitable<void> AuditBacklog::write_to(AuditLog& log) {
    // More may come while these are written.
    while (!m_records.empty() || m_only_counted > 0) {
        const auto taken = m_records.size();
        const auto counted = m_only_counted;
        AuditLog::Ticket last = 0;
        for (std::size_t i = 0; i < taken; ++i)
            last = log.submit(m_records[i], AuditLog::Write::when_awaited);
        if (counted > 0) {
            AuditRecord rest;
            rest.operation = "sign";
            rest.outcome = protocol::Status_Name(protocol::AUDIT_FAILED);
            rest.detail = "of what was begun before the log failed, " + std::to_string(counted) +
                          " more that no record names did not leave";
            last = log.submit(rest, AuditLog::Write::when_awaited);
        }
        co_await log.durable(last);
        m_records.erase(m_records.begin(), m_records.begin() + static_cast<std::ptrdiff_t>(taken));
        m_only_counted -= counted;
    }
    m_was_called = false;
}

}  // namespace signet::agent
