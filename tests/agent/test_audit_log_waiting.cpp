// Records that can wait, and a log that is opened again.
#include "agent/error.h"
#include "tests/agent/audit_log_session.h"
#include "tests/agent/flat_json.h"
#include "tests/catch.h"
#include "tests/fixtures/file.h"
#include "tests/fixtures/temporary_folder.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <sys/stat.h>

#include <chrono>
#include <filesystem>
#include <thread>

using namespace signet;
using agent::AuditLog;
using namespace tests;

TEST_CASE("Records that can wait are written with the first that is awaited, or with any other") {
    const TemporaryFolder folder;
    const auto path = folder / "audit.jsonl";
    boost::asio::io_context loop;
    AuditLog log(loop, path);
    const auto first = log.submit(record_of("can wait"), AuditLog::Write::when_awaited);
    log.submit(record_of("can wait"), AuditLog::Write::when_awaited);
    CHECK(read_file(path).empty());
    CHECK(becomes_durable(loop, log, first));
    CHECK(sequences(path) == std::vector<std::string>{"1", "2"});
    log.submit(record_of("can wait"), AuditLog::Write::when_awaited);
    const auto urgent = log.submit(record_of("now"));
    CHECK(becomes_durable(loop, log, urgent));
    CHECK(sequences(path) == std::vector<std::string>{"1", "2", "3", "4"});
}

TEST_CASE("Records that can wait are written when many do, though nobody asks for them") {
    const TemporaryFolder folder;
    const auto path = folder / "audit.jsonl";
    boost::asio::io_context loop;
    AuditLog log(loop, path);
    // A few lines longer than what is held back at once.
    for (int i = 0; i < 1000; ++i)
        log.submit(record_of("one of many"), AuditLog::Write::when_awaited);
    for (int tries = 0; tries < 1000 && read_file(path).empty(); ++tries)
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    CHECK_FALSE(read_file(path).empty());
}

TEST_CASE("Neither a reopen nor the end loses a record that can wait") {
    const TemporaryFolder folder;
    const auto path = folder / "audit.jsonl";
    boost::asio::io_context loop;
    {
        AuditLog log(loop, path);
        log.submit(record_of("can wait"), AuditLog::Write::when_awaited);
        log.reopen();
        CHECK(sequences(path) == std::vector<std::string>{"1"});
        log.submit(record_of("can wait"), AuditLog::Write::when_awaited);
    }
    CHECK(sequences(path) == std::vector<std::string>{"1", "2"});
}

TEST_CASE("A log that was moved away is begun anew, with the same sequence") {
    const TemporaryFolder folder;
    const auto path = folder / "audit.jsonl";
    boost::asio::io_context loop;
    AuditLog log(loop, path);
    log.submit(record_of("old"));
    std::filesystem::rename(path, folder / "audit.jsonl.1");
    log.reopen();
    const auto ticket = log.submit(record_of("new"));
    REQUIRE(becomes_durable(loop, log, ticket));
    CHECK(sequences(folder / "audit.jsonl.1") == std::vector<std::string>{"1"});
    CHECK(sequences(path) == std::vector<std::string>{"2"});
}

TEST_CASE("A record that can wait is written when it is awaited, also after a reopen with nothing to write") {
    const TemporaryFolder folder;
    boost::asio::io_context loop;
    AuditLog log(loop, folder / "audit.jsonl");
    log.reopen();
    const auto ticket = log.submit(record_of("can wait"), AuditLog::Write::when_awaited);
    std::optional<bool> is_durable;
    boost::asio::co_spawn(loop, await_one(log, ticket, is_durable), boost::asio::detached);
    loop.run_for(std::chrono::seconds{20});
    CHECK(is_durable == true);
}

TEST_CASE("A reopen that fails leaves the log as it was") {
    const TemporaryFolder folder;
    const auto path = folder / "audit.jsonl";
    boost::asio::io_context loop;
    AuditLog log(loop, path);
    std::filesystem::rename(path, folder / "moved");
    std::filesystem::create_directory(path);
    CHECK_THROWS_AS(log.reopen(), agent::Error);
    const auto ticket = log.submit(record_of("still here"));
    CHECK(becomes_durable(loop, log, ticket));
    CHECK(sequences(folder / "moved").size() == 1);
}
