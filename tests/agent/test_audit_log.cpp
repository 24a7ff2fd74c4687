#include "agent/audit_log.h"

#include "agent/error.h"
#include "tests/agent/audit_log_session.h"
#include "tests/agent/flat_json.h"
#include "tests/catch.h"
#include "tests/fixtures/file.h"
#include "tests/fixtures/temporary_folder.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <functional>
#include <optional>

using namespace signet;
using agent::AuditLog;
using tests::await_one;
using tests::becomes_durable;
using tests::lines_of;
using tests::read_file;
using tests::read_flat_json;
using tests::record_of;
using tests::sequences;
using tests::TemporaryFolder;

namespace {

/// While it lives, files of this process may not grow beyond `size` bytes: a write breaks off there with
/// EFBIG.
class FileSizeLimit {
  public:
    explicit FileSizeLimit(rlim_t size) {
        m_handler = std::signal(SIGXFSZ, SIG_IGN);
        getrlimit(RLIMIT_FSIZE, &m_before);
        const rlimit limit{size, m_before.rlim_max};
        REQUIRE(setrlimit(RLIMIT_FSIZE, &limit) == 0);
    }
    ~FileSizeLimit() {
        setrlimit(RLIMIT_FSIZE, &m_before);
        std::signal(SIGXFSZ, m_handler);
    }
    FileSizeLimit(const FileSizeLimit&) = delete;
    FileSizeLimit& operator=(const FileSizeLimit&) = delete;

  private:
    rlimit m_before{};
    void (*m_handler)(int) = nullptr;
};

void require_refused(const std::filesystem::path& path, const std::string& why) {
    boost::asio::io_context loop;
    try {
        const AuditLog log(loop, path);
        FAIL("it was opened");
    } catch (const agent::Error& error) {
        CHECK(error.status() == agent::protocol::AUDIT_FAILED);
        CHECK_THAT(error.what(), Catch::Contains(path.string()) && Catch::Contains(why));
        CHECK_FALSE(error.advice().empty());
    }
}

}  // namespace

TEST_CASE("A record is in the file once it is durable") {
    const TemporaryFolder folder;
    const auto path = folder / "state" / "signet" / "audit.jsonl";
    boost::asio::io_context loop;
    AuditLog log(loop, path);

    const auto first = log.submit(record_of("one"));
    CHECK(first == 1);
    REQUIRE(becomes_durable(loop, log, first));
    CHECK(read_flat_json(lines_of(read_file(path)).at(0)).at("detail") == "one");

    const auto second = log.submit(record_of("two"));
    REQUIRE(becomes_durable(loop, log, second));
    CHECK(sequences(path) == std::vector<std::string>{"1", "2"});
    REQUIRE(becomes_durable(loop, log, first));

    struct stat status {};
    REQUIRE(stat(path.c_str(), &status) == 0);
    CHECK((status.st_mode & 07777) == 0600);
    REQUIRE(stat(path.parent_path().c_str(), &status) == 0);
    CHECK((status.st_mode & 07777) == 0700);
}

namespace {

boost::asio::awaitable<void> submit_many(AuditLog& log, const std::filesystem::path& path, int client,
                                         int count, int& done) {
    boost::asio::steady_timer turn(co_await boost::asio::this_coro::executor);
    for (int i = 0; i < count; ++i) {
        const auto ticket = log.submit(record_of(std::to_string(client) + ":" + std::to_string(i)));
        co_await log.durable(ticket);
        // Reading the whole file each time would take long. Its last line may be under way just then.
        const std::string text = i % 50 == 0 ? read_file(path) : std::string();
        if (i % 50 == 0 && static_cast<AuditLog::Ticket>(std::count(text.begin(), text.end(), '\n')) < ticket)
            throw std::runtime_error("a durable record is not in the file");
        ++done;
        turn.expires_after(std::chrono::microseconds{client});
        co_await turn.async_wait(boost::asio::use_awaitable);
    }
}

}  // namespace

TEST_CASE("Many clients at once get their records in order and none is lost") {
    constexpr int clients = 40;
    constexpr int each = 100;
    const TemporaryFolder folder;
    const auto path = folder / "audit.jsonl";
    boost::asio::io_context loop;
    AuditLog log(loop, path);
    int done = 0;
    std::exception_ptr failure;
    for (int client = 0; client < clients; ++client)
        boost::asio::co_spawn(loop, submit_many(log, path, client, each, done),
                              [&](const std::exception_ptr& error) {
                                  if (error)
                                      failure = error;
                              });
    loop.run();
    if (failure)
        std::rethrow_exception(failure);
    CHECK(done == clients * each);

    std::map<std::string, int> next;
    std::uint64_t sequence = 0;
    std::string time;
    for (const std::string& line : lines_of(read_file(path))) {
        const auto members = read_flat_json(line);
        REQUIRE(members.at("seq") == std::to_string(++sequence));
        const std::string& detail = members.at("detail");
        const std::string client = detail.substr(0, detail.find(':'));
        REQUIRE(detail == client + ":" + std::to_string(next[client]++));
    }
    CHECK(sequence == std::uint64_t{clients} * each);
}

TEST_CASE("A burst is written together and each waiter hears of it") {
    const TemporaryFolder folder;
    const auto path = folder / "audit.jsonl";
    boost::asio::io_context loop;
    AuditLog log(loop, path);
    std::vector<std::optional<bool>> results(5000);
    for (auto& result : results) {
        const auto ticket = log.submit(record_of("burst"));
        boost::asio::co_spawn(loop, await_one(log, ticket, result), boost::asio::detached);
    }
    loop.run();
    CHECK(std::count(results.begin(), results.end(), std::optional<bool>(true)) == 5000);
    CHECK(sequences(path).size() == 5000);
}

TEST_CASE("What was submitted is written before the log is gone") {
    const TemporaryFolder folder;
    const auto path = folder / "audit.jsonl";
    boost::asio::io_context loop;
    {
        AuditLog log(loop, path);
        for (int i = 0; i < 1000; ++i)
            log.submit(record_of("last words"));
    }
    CHECK(sequences(path).size() == 1000);
    // Completions of a log that is gone reach nothing.
    loop.run();
}

TEST_CASE("The sequence goes on where the file ends, and a torn line is ended") {
    const TemporaryFolder folder;
    const auto path = folder / "audit.jsonl";
    const std::string old = "{\"seq\":41,\"time\":\"x\"}\n{\"seq\":42,\"time\":\"torn";
    tests::write_file(path, old);
    boost::asio::io_context loop;
    AuditLog log(loop, path);
    const auto ticket = log.submit(record_of("next"));
    CHECK(ticket == 43);
    REQUIRE(becomes_durable(loop, log, ticket));
    const std::string text = read_file(path);
    CHECK(text.substr(0, old.size() + 1) == old + "\n");
    CHECK(read_flat_json(lines_of(text).at(2)).at("seq") == "43");
}

TEST_CASE("A log that cannot be written refuses until it is opened again") {
    const TemporaryFolder folder;
    const auto path = folder / "audit.jsonl";
    boost::asio::io_context loop;
    AuditLog log(loop, path);
    const auto kept = log.submit(record_of("kept"));
    REQUIRE(becomes_durable(loop, log, kept));
    const std::string before = read_file(path);

    AuditLog::Ticket lost = 0;
    {
        const FileSizeLimit limit(before.size() + 10);
        lost = log.submit(record_of("lost"));
        CHECK_FALSE(becomes_durable(loop, log, lost));
    }
    CHECK(log.failed());
    CHECK_FALSE(becomes_durable(loop, log, lost));
    CHECK(becomes_durable(loop, log, kept));
    try {
        log.submit(record_of("refused"));
        FAIL("it was taken");
    } catch (const agent::Error& error) {
        CHECK(error.status() == agent::protocol::AUDIT_FAILED);
        CHECK_THAT(error.what(), Catch::Contains("File too large"));
        CHECK_THAT(error.advice(), Catch::Contains("SIGHUP"));
    }

    log.reopen();
    CHECK_FALSE(log.failed());
    const auto after = log.submit(record_of("after"));
    CHECK(after > lost);
    CHECK(becomes_durable(loop, log, after));
    CHECK_FALSE(becomes_durable(loop, log, lost));

    const auto lines = lines_of(read_file(path));
    REQUIRE(lines.size() == 3);
    CHECK(lines[0] + "\n" == before);
    CHECK(lines[1].size() == 10);
    CHECK(read_flat_json(lines[2]).at("seq") == std::to_string(after));
}

TEST_CASE("All who wait hear of a failure, and records behind it are refused too") {
    const TemporaryFolder folder;
    const auto path = folder / "audit.jsonl";
    boost::asio::io_context loop;
    AuditLog log(loop, path);
    const FileSizeLimit limit(1000);
    std::vector<std::optional<bool>> results(500);
    for (auto& result : results) {
        try {
            const auto ticket = log.submit(record_of("too many"));
            boost::asio::co_spawn(loop, await_one(log, ticket, result), boost::asio::detached);
        } catch (const agent::Error& error) {
            REQUIRE(error.status() == agent::protocol::AUDIT_FAILED);
            result = false;
        }
    }
    loop.run();
    const auto durable =
        static_cast<std::size_t>(std::count(results.begin(), results.end(), std::optional<bool>(true)));
    const auto refused =
        static_cast<std::size_t>(std::count(results.begin(), results.end(), std::optional<bool>(false)));
    CHECK(durable + refused == 500);
    CHECK(refused >= 490);
    CHECK(log.failed());
    // No record counts as durable that is not whole in the file.
    const std::string text = read_file(path);
    CHECK(durable <= lines_of(text.substr(0, text.rfind('\n') + 1)).size());
}

TEST_CASE("A file that others may touch is refused") {
    const TemporaryFolder folder;
    const auto path = folder / "audit.jsonl";
    SECTION("readable by the group") {
        tests::write_file(path, "");
        REQUIRE(chmod(path.c_str(), 0640) == 0);
        require_refused(path, "others have access");
    }
    SECTION("symbolic link") {
        tests::write_file(folder / "target", "");
        std::filesystem::create_symlink(folder / "target", path);
        require_refused(path, "symbolic link");
    }
    SECTION("FIFO") {
        REQUIRE(mkfifo(path.c_str(), 0600) == 0);
        require_refused(path, "not a regular file");
    }
    SECTION("device") {
        require_refused("/dev/full", "not a regular file");
    }
    SECTION("folder") {
        std::filesystem::create_directory(path);
        require_refused(path, "directory");
    }
    SECTION("a file in the way of the folder") {
        tests::write_file(folder / "file", "");
        require_refused(folder / "file" / "audit.jsonl", "Not a directory");
    }
    SECTION("held by another agent") {
        boost::asio::io_context loop;
        const AuditLog other(loop, path);
        require_refused(path, "another signet-agent writes it");
    }
}
