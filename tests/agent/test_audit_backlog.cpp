#include "agent/audit_backlog.h"
#include "tests/agent/audit_log_session.h"
#include "tests/agent/flat_json.h"
#include "tests/catch.h"
#include "tests/fixtures/file.h"
#include "tests/fixtures/temporary_folder.h"

#include <cstdint>
#include <string>
#include <vector>

using namespace signet;
using agent::AuditBacklog;
using namespace tests;

namespace {

/// `count` records of what was begun with the numbers from `first` on, and did not leave.
std::vector<agent::AuditRecord> withdrawn(std::uint64_t first, std::size_t count) {
    std::vector<agent::AuditRecord> records(count, record_of("the disk is full"));
    for (auto& record : records) {
        record.outcome = "AUDIT_FAILED";
        record.begun = first++;
    }
    return records;
}

/// What the backlog writes to a new log, line for line.
std::vector<std::string> written(AuditBacklog& backlog) {
    const TemporaryFolder folder;
    boost::asio::io_context loop;
    {
        agent::AuditLog log(loop, folder / "audit.jsonl");
        on_loop(loop, [&] { return backlog.write_to(log); });
    }
    return lines_of(read_file(folder / "audit.jsonl"));
}

}  // namespace

TEST_CASE("What was begun and did not leave is written once, and nothing else is") {
    AuditBacklog backlog;
    CHECK(backlog.keep({record_of("never begun")}));
    CHECK_FALSE(backlog.keep(withdrawn(7, 2)));
    const auto lines = written(backlog);
    REQUIRE(lines.size() == 2);
    CHECK(read_flat_json(lines[0]).at("begun") == "7");
    CHECK(read_flat_json(lines[1]).at("begun") == "8");
    CHECK(read_flat_json(lines[1]).at("detail") == "the disk is full");
    CHECK(written(backlog).empty());
    // The next failure is a new one.
    CHECK(backlog.keep({}));
}

TEST_CASE("None of very many that did not leave is passed over in silence") {
    AuditBacklog backlog;
    backlog.keep(withdrawn(1, AuditBacklog::max_records));
    backlog.keep(withdrawn(AuditBacklog::max_records + 1, 5));
    const auto lines = written(backlog);
    REQUIRE(lines.size() == AuditBacklog::max_records + 1);
    for (std::size_t i = 0; i < AuditBacklog::max_records; i += 1000) {
        const auto line = read_flat_json(lines[i]);
        CHECK(line.at("begun") == std::to_string(i + 1));
        CHECK(line.at("outcome") == "AUDIT_FAILED");
    }
    const auto last = read_flat_json(lines.back());
    CHECK(last.count("begun") == 0);
    CHECK_THAT(last.at("detail"), Catch::Contains(" 5 more"));
    CHECK(written(backlog).empty());
}
