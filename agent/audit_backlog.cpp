#include "agent/audit_backlog.h"

#include "agent/protocol/status.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>

namespace signet::agent {

namespace {

/// Their lines are far less than may wait for the log, however long their texts.
constexpr std::size_t max_at_once = 1024;

}  // namespace

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
    while (!m_records.empty()) {
        const auto taken = std::min(m_records.size(), max_at_once);
        AuditLog::Ticket last = 0;
        for (std::size_t i = 0; i < taken; ++i)
            last = log.submit(m_records[i], AuditLog::Write::when_awaited);
        co_await log.durable(last);
        m_records.erase(m_records.begin(), m_records.begin() + static_cast<std::ptrdiff_t>(taken));
    }
    if (const auto counted = m_only_counted; counted > 0) {
        AuditRecord rest;
        rest.operation = "sign";
        rest.outcome = protocol::Status_Name(protocol::AUDIT_FAILED);
        rest.detail = "of what was begun before the log failed, " + std::to_string(counted) +
                      " more that no record names did not leave";
        co_await log.durable(log.submit(rest, AuditLog::Write::when_awaited));
        m_only_counted -= counted;
    }
    m_was_called = false;
}

}  // namespace signet::agent
