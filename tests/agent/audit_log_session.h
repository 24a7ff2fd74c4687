// What tests of the audit log do with it.
#pragma once

#include "agent/audit_log.h"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace signet::tests {

[[nodiscard]] agent::AuditRecord record_of(const std::string& detail);

/// Runs `act` on the loop until nothing is left to do; passes on what it throws.
void on_loop(boost::asio::io_context& loop, const std::function<boost::asio::awaitable<void>()>& act);

/// Waits for a record; whether it got on disk.
boost::asio::awaitable<void> await_one(agent::AuditLog& log, agent::AuditLog::Ticket ticket,
                                       std::optional<bool>& is_durable);
/// The same, on the loop.
bool becomes_durable(boost::asio::io_context& loop, agent::AuditLog& log, agent::AuditLog::Ticket ticket);

/// `seq` of each line, which must all be whole.
[[nodiscard]] std::vector<std::string> sequences(const std::filesystem::path& path);

}  // namespace signet::tests
