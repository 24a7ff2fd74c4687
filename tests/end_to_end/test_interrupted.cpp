// What is in the middle of a stream when a signal, or the end of its reader, comes.
#include <sys/stat.h>

#include <csignal>

#include "tests/end_to_end/session.h"

using namespace signet::tests;

namespace {

/// 3 MiB, more than is kept in memory, and in each way of putting it.
void write_messages(const Session& session) {
    std::string content;
    for (unsigned i = 0; content.size() < std::size_t{3} << 20; ++i)
        content += std::to_string(i * 2654435761U);
    session.write("content", content);
    check_done(session.signet(
        {"encrypt", "--no-self", "-r", session.label(KeyType::p256), "-o", "encrypted", "content"}));
    check_done(session.signet({"sign", "--attached", "-o", "signed", "content"}));
    check_done(session.signet({"compress", "-o", "compressed", "content"}));
}

/// Whether it has something written in a file that has no name.
bool has_unnamed_file(pid_t pid) {
    std::error_code gone;
    for (const auto& entry :
         std::filesystem::directory_iterator("/proc/" + std::to_string(pid) + "/fd", gone)) {
        struct stat file {};
        if (stat(entry.path().c_str(), &file) == 0 && S_ISREG(file.st_mode) && file.st_nlink == 0 &&
            file.st_size > 0)
            return true;
    }
    return false;
}

/// signet, started by a shell so that it is the process itself.
Arguments in_shell(const std::string& command) {
    return {"bash", "-c", command};
}

}  // namespace

TEST_CASE("a signal in the middle of a stream ends it, and leaves nothing") {
    Session session({KeyType::p256});
    write_messages(session);
    const auto files = session.files();
    Environment environment = session.agent().folder().environment();
    environment["TMPDIR"] = session.path("").native();
    struct Command {
        std::string arguments;
        std::string input;
        /// Nothing comes out before all of it holds.
        bool is_kept_back;
    };
    for (const Command& command :
         {Command{"decrypt", "encrypted", true}, Command{"verify --trust " + session.root(), "signed", true},
          Command{"decompress --max-size 4M", "compressed", true},
          Command{"encrypt --no-self -r " + session.label(KeyType::p256), "content", false},
          Command{"compress", "content", false}, Command{"sign --attached", "content", true}}) {
        for (const std::string out : {"out", "-"}) {
            for (const int number : {SIGINT, SIGTERM}) {
                CAPTURE(command.arguments, out, number);
                // No more comes, and it does not end.
                BackgroundProcess process(
                    in_shell("exec " + program("signet").string() + " " + command.arguments + " -o " + out +
                             " - < <(head -c 2500000 " + command.input + "; exec sleep 300)"),
                    {.environment = environment, .folder = session.path("")});
                REQUIRE(
                    wait_until([&] { return has_unnamed_file(process.pid()) || !process.out().empty(); }));
                CHECK(session.files() == files);
                CHECK((process.out().empty() || !command.is_kept_back));
                process.signal(number);
                CHECK(process.wait(std::chrono::seconds(30)) == 128 + number);
                CHECK(session.files() == files);
                CHECK((process.out().empty() || !command.is_kept_back));
                CHECK(process.err().empty());
            }
        }
    }
}

TEST_CASE("whoever stops reading ends a stream with 9, without a word, and leaves nothing") {
    Session session({KeyType::p256});
    write_messages(session);
    const auto files = session.files();
    Environment environment = session.agent().folder().environment();
    environment["TMPDIR"] = session.path("").native();
    for (const std::string& command :
         {std::string("decrypt encrypted"), "verify --trust " + session.root() + " signed",
          std::string("decompress --max-size 4M compressed"),
          "encrypt --no-self -r " + session.label(KeyType::p256) + " content",
          std::string("compress content"), std::string("sign --attached content"),
          std::string("sign --attached - < content")}) {
        CAPTURE(command);
        const ProcessResult result = run(in_shell(program("signet").string() + " " + command +
                                                  " -o - | head -c 100 >/dev/null; exit ${PIPESTATUS[0]}"),
                                         {.environment = environment, .folder = session.path("")});
        CHECK(result.status == 9);
        CHECK(result.err.empty());
        CHECK(session.files() == files);
    }
}
