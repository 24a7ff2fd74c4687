#include "client/error.h"
#include "client/printable.h"
#include "tests/catch.h"

using namespace signet::client;
using signet::cms::ErrorCode;

TEST_CASE("An error is one line: what failed, why, what to do") {
    CHECK(error_line({ExitStatus::other, "cannot read a.txt", "Permission denied", "ask its owner"}) ==
          "signet: cannot read a.txt: Permission denied; ask its owner\n");
    CHECK(error_line({ExitStatus::other, "cannot read a.txt", "Permission denied"}) ==
          "signet: cannot read a.txt: Permission denied\n");
}

TEST_CASE("Nothing foreign in an error starts a line or steers the terminal") {
    const std::string line = error_line({ExitStatus::other, "cannot read a\nb", "\x1b[2J\r",
                                         "\xc2\x9b"
                                         "31m"});
    CHECK(line == "signet: cannot read a\\nb: \\x1b[2J\\r; \\x9b31m\n");
}

TEST_CASE("Printable text keeps letters of every script") {
    CHECK(printable("Zoë Müller, 山田 🙂 back\\slash") == "Zoë Müller, 山田 🙂 back\\slash");
    CHECK(printable("").empty());
}

TEST_CASE("Printable text has no controls, line ends or turns of direction") {
    CHECK(printable(std::string_view("a\0b\tc\x7f", 6)) == "a\\x00b\\tc\\x7f");
    CHECK(printable("x\xe2\x80\xa8y\xe2\x80\xa9") == "x\\u{2028}y\\u{2029}");
    // NOLINTNEXTLINE(misc-misleading-bidirectional): such text is what is tested
    CHECK(printable("exe.\xe2\x80\xae"
                    "fdp") == "exe.\\u{202e}fdp");
    // NOLINTNEXTLINE(misc-misleading-bidirectional)
    CHECK(printable("\xe2\x81\xa6") == "\\u{2066}");
}

TEST_CASE("Bytes that are not UTF-8 are shown as such") {
    CHECK(printable("\xff") == "\\xff");
    CHECK(printable("a\xc3") == "a\\xc3");
    CHECK(printable("\xc0\x80") == "\\xc0\\x80");
    CHECK(printable("\xe0\x80\x8a") == "\\xe0\\x80\\x8a");
    CHECK(printable("\xed\xa0\x80") == "\\xed\\xa0\\x80");
    CHECK(printable("\xf4\x90\x80\x80") == "\\xf4\\x90\\x80\\x80");
}

TEST_CASE("An error of cms has the exit status that a script can tell apart") {
    const auto status = [](ErrorCode code) {
        return from_cms(signet::cms::Error(code, "why"), "cannot decrypt").exit_status();
    };
    CHECK(status(ErrorCode::malformed) == ExitStatus::malformed);
    CHECK(status(ErrorCode::cannot_decrypt) == ExitStatus::answer_is_no);
    CHECK(status(ErrorCode::unsupported) == ExitStatus::other);
    CHECK(status(ErrorCode::failed) == ExitStatus::other);
}
