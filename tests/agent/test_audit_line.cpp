#include "agent/audit_line.h"
#include "agent/audit_log.h"
#include "tests/agent/flat_json.h"
#include "tests/catch.h"

#include <cstdint>
#include <random>

using namespace signet::agent;
using signet::tests::read_flat_json;

namespace {

// 2026-02-28T23:59:59.000007Z
const std::chrono::system_clock::time_point some_time{std::chrono::microseconds{1772323199000007}};

std::string line_of(const AuditRecord& record, std::uint64_t sequence = 7) {
    std::string line;
    append_audit_line(line, sequence, some_time, record);
    REQUIRE(line.ends_with('\n'));
    REQUIRE(line.size() <= max_audit_line);
    line.pop_back();
    return line;
}

}  // namespace

TEST_CASE("A record becomes one line with its fields in order") {
    AuditRecord record;
    record.operation = "sign";
    record.outcome = "done";
    record.peer_uid = 0;
    record.peer_pid = 4242;
    record.peer_program = "/usr/bin/signet";
    record.identity = "00ff";
    record.token = "pkcs11:token=a";
    record.module = "softhsm";
    record.digest_algorithm = "sha256";
    record.digest = "abcd";
    record.attributes = "label 1.2.3";
    record.begun = 5;
    record.detail = "of 2";
    CHECK(line_of(record) ==
          R"({"seq":7,"time":"2026-02-28T23:59:59.000007Z","operation":"sign","outcome":"done","uid":0,)"
          R"("pid":4242,"program":"/usr/bin/signet","identity":"00ff","token":"pkcs11:token=a",)"
          R"("module":"softhsm","digest-algorithm":"sha256","digest":"abcd",)"
          R"("attributes":"label 1.2.3","begun":5,"detail":"of 2"})");
}

TEST_CASE("What a record does not say is left out") {
    AuditRecord record;
    record.operation = "lock";
    CHECK(line_of(record) == R"({"seq":7,"time":"2026-02-28T23:59:59.000007Z","operation":"lock"})");
}

TEST_CASE("Text cannot leave its field, its line or its direction") {
    AuditRecord record;
    // NOLINTNEXTLINE(misc-misleading-bidirectional): the escape sequences are what is tested
    record.detail = "a\"b\\c\nd\te\x7f \xc3\xa9 \xe2\x80\xae \xc2\x85 \xff \xc3";
    const std::string line = line_of(record);
    CHECK(line.ends_with(R"("detail":"a\"b\\c\u000ad\u0009e\u007f é \u202e \u0085 \ufffd \ufffd"})"));
    CHECK(read_flat_json(line).at("detail") == "a\"b\\c<000a>d<0009>e<007f> é <202e> <0085> <fffd> <fffd>");
}

TEST_CASE("A record of random bytes is strict JSON within its limit") {
    const auto seed = std::random_device{}();
    CAPTURE(seed);
    std::mt19937 random(seed);
    const auto text = [&] {
        std::string bytes(random() % 6000, '\0');
        const bool is_wild = random() % 2 == 0;
        for (char& c : bytes)
            c = static_cast<char>(is_wild ? random() % 256 : 0x20 + random() % 0x5f);
        return bytes;
    };
    for (int i = 0; i < 300; ++i) {
        const AuditRecord record{text(),
                                 text(),
                                 static_cast<uid_t>(random() - 1),
                                 static_cast<pid_t>(random() >> 1U),
                                 text(),
                                 text(),
                                 text(),
                                 text(),
                                 text(),
                                 text(),
                                 text(),
                                 random(),
                                 text()};
        const auto members = read_flat_json(line_of(record, std::uint64_t{1} << 63U));
        CHECK(members.at("seq") == "9223372036854775808");
    }
}

TEST_CASE("A text that is cut says so, at a whole character") {
    AuditRecord record;
    for (int i = 0; i < 1000; ++i)
        record.detail += "é";
    const std::string detail = read_flat_json(line_of(record)).at("detail");
    CHECK(detail.size() == 859);
    CHECK(detail.substr(0, 2) == "é");
    CHECK(detail.substr(detail.size() - 5) == "é...");

    record.detail.resize(860);
    CHECK(read_flat_json(line_of(record)).at("detail") == record.detail);
}

TEST_CASE("The greatest sequence number is found among whole, cut and foreign lines") {
    CHECK(greatest_sequence("") == 0);
    CHECK(greatest_sequence("{\"seq\":4,\"a\":1}\n") == 4);
    CHECK(greatest_sequence("q\":9,\"x\"}\n{\"seq\":4,\"a\":1}\n{\"seq\":5,\"a") == 5);
    CHECK(greatest_sequence("{\"seq\":4,\"a\":1}\n{\"seq\":12") == 4);
    CHECK(greatest_sequence("{\"seq\":6,\"a\":1}\nrubbish\n{\"seq\":-8,\"a\":1}\n\n{\"seq\":5,}") == 6);
    CHECK(greatest_sequence("{\"seq\":99999999999999999999999,\"a\":1}\n") == 0);
}
