#include "tests/agent/audit_log_session.h"

#include "agent/error.h"
#include "tests/agent/flat_json.h"
#include "tests/fixtures/file.h"

#include <boost/asio/co_spawn.hpp>

#include <exception>
#include <utility>

namespace signet::tests {

using agent::AuditLog;
using agent::AuditRecord;

AuditRecord record_of(const std::string& detail) {
    AuditRecord record;
    record.operation = "sign";
    record.outcome = "done";
    record.detail = detail;
    return record;
}

void on_loop(boost::asio::io_context& loop, const std::function<boost::asio::awaitable<void>()>& act) {
    std::exception_ptr failure;
    boost::asio::co_spawn(loop, act(), [&](std::exception_ptr error) { failure = std::move(error); });
    loop.restart();
    loop.run();
    if (failure)
        std::rethrow_exception(failure);
}

boost::asio::awaitable<void> await_one(AuditLog& log, AuditLog::Ticket ticket,
                                       std::optional<bool>& is_durable) {
    try {
        co_await log.durable(ticket);
        is_durable = true;
    } catch (const agent::Error& error) {
        if (error.status() != agent::protocol::AUDIT_FAILED)
            throw;
        is_durable = false;
    }
}

bool becomes_durable(boost::asio::io_context& loop, AuditLog& log, AuditLog::Ticket ticket) {
    std::optional<bool> result;
    on_loop(loop, [&] { return await_one(log, ticket, result); });
    return result.value();
}

std::vector<std::string> sequences(const std::filesystem::path& path) {
    std::vector<std::string> result;
    for (const std::string& line : lines_of(read_file(path)))
        result.push_back(read_flat_json(line).at("seq"));
    return result;
}

}  // namespace signet::tests
