// Contents that are larger than the memory that they may take.
#include "tests/end_to_end/session.h"

#include <unistd.h>

using namespace signet::tests;

namespace {

// Sanitizers take memory of their own: there it is not looked at, and what is more than any buffer is enough.
std::size_t content_size() {
    return (programs_are_sanitized() ? std::size_t{8} : std::size_t{300}) << 20;
}

/// `line` of a shell, in which $signet is the program; it must succeed and take at most 32 MiB, if no
/// sanitizer takes memory of its own.
void check_small(Session& session, const std::string& line) {
    CAPTURE(line);
    const std::string measured =
        test_program("signet_test_peak_memory").string() + " peak " + program("signet").string();
    Environment environment = session.agent().folder().environment();
    environment["signet"] = measured;
    environment["TMPDIR"] = session.path("").native();
    check_done(
        run({"bash", "-o", "pipefail", "-c", line},
            {.environment = environment, .folder = session.path(""), .timeout = std::chrono::minutes(5)}));
    const long peak = std::stol(session.read("peak"));
    CAPTURE(peak);
    CHECK(peak > 1000);
    if (!programs_are_sanitized())
        CHECK(peak <= 32L << 10);
}

/// A large file that takes no room on the disk.
void make_content(const Session& session) {
    session.write("content", "All is well.\n");
    REQUIRE(truncate(session.path("content").c_str(), static_cast<off_t>(content_size())) == 0);
}

}  // namespace

TEST_CASE("a content of 300 MiB is signed and verified in 32 MiB of memory") {
    Session session({KeyType::p256});
    make_content(session);
    session.write("root.pem", read_file(session.root()));
    check_small(session, "$signet sign content");
    check_small(session, "$signet verify --trust root.pem content.p7s");
    check_small(session, "$signet sign --attached content");
    check_small(session, "$signet verify --trust root.pem -o copy content.p7m && cmp content copy");
    check_small(session, "cat content | $signet sign --attached - > piped.p7m");
    check_small(session, "cat piped.p7m | $signet verify --trust root.pem -o - - | cmp content -");
    check_small(session, "cat content | $signet sign --attached --der - > der.p7m");
    check_small(session, "cat piped.p7m | $signet countersign - > added.p7m");
    check_small(session, "$signet sign --again --add der.p7m -o added.p7m");
    check_small(session, "$signet verify --trust root.pem -o - added.p7m | cmp content -");
    CHECK(session.files() == std::vector<std::string>{"added.p7m", "content", "content.p7m", "content.p7s",
                                                      "copy", "der.p7m", "peak", "piped.p7m", "root.pem"});
}

TEST_CASE("a content of 300 MiB is encrypted and decrypted in 32 MiB of memory") {
    Session session({KeyType::p256});
    make_content(session);
    const std::string encrypt = "$signet encrypt -r " + session.label(KeyType::p256);
    check_small(session, encrypt + " content");
    check_small(session, "$signet decrypt -o copy content.p7m && cmp content copy");
    check_small(session, "cat content | " + encrypt + " --cipher aes-256-cbc - > piped.p7m");
    check_small(session, "cat piped.p7m | $signet decrypt -o - - | cmp content -");
    check_small(session, "cat content | " + encrypt + " --der - > der.p7m");
    check_small(session,
                "{ echo -----BEGIN CMS-----; base64 der.p7m; echo -----END CMS-----; } > der.pem &&"
                " $signet decrypt -o - der.pem | cmp content -");
    CHECK(session.files() == std::vector<std::string>{"content", "content.p7m", "copy", "der.p7m", "der.pem",
                                                      "peak", "piped.p7m"});
}

TEST_CASE("a content of 300 MiB is compressed and decompressed in 32 MiB of memory") {
    Session session({KeyType::p256});
    make_content(session);
    check_small(session, "cat content | $signet compress - > piped.p7z");
    check_small(session, "$signet decompress --max-size 300M -o - piped.p7z | cmp content -");
    CHECK(session.files() == std::vector<std::string>{"content", "peak", "piped.p7z"});
}
