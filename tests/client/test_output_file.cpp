#include <sys/resource.h>
#include <sys/stat.h>

#include <csignal>
#include <filesystem>

#include "client/hold_signals.h"
#include "client/output_file.h"
#include "tests/client/expect_error.h"
#include "tests/fixtures/file.h"
#include "tests/fixtures/temporary_folder.h"

using namespace signet;
using namespace signet::tests;
using client::OutputFile;
using client::Privacy;
namespace fs = std::filesystem;

namespace {

std::size_t files_in(const TemporaryFolder& folder) {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder.path()), {}));
}

mode_t mode_of(const fs::path& path) {
    struct stat status {};
    REQUIRE(stat(path.c_str(), &status) == 0);
    return status.st_mode & 07777U;
}

}  // namespace

TEST_CASE("An output file appears only when it is committed") {
    const TemporaryFolder folder;
    const fs::path path = folder / "out";
    {
        OutputFile file(path, Privacy::shared);
        file.write(cms::as_bytes("content"));
        file.prepare();
        CHECK_FALSE(fs::exists(path));
        CHECK(files_in(folder) == 1);
        file.commit();
    }
    CHECK(read_file(path) == "content");
    CHECK(files_in(folder) == 1);
}

TEST_CASE("An output file that is not committed leaves nothing, and the old one as it was") {
    const TemporaryFolder folder;
    const fs::path path = folder / "out";
    write_file(path, "old");
    {
        OutputFile file(path, Privacy::shared);
        file.write(cms::as_bytes("new"));
        file.prepare();
    }
    CHECK(read_file(path) == "old");
    CHECK(files_in(folder) == 1);
}

TEST_CASE("Plaintext is for its owner alone, anything else as the umask says") {
    const TemporaryFolder folder;
    const mode_t before = umask(022);
    client::write_outputs({{folder / "plain", {}, Privacy::owner_only}, {folder / "signature", {}}});
    umask(before);
    CHECK(mode_of(folder / "plain") == 0600);
    CHECK(mode_of(folder / "signature") == 0644);
}

TEST_CASE("Plaintext that replaces a file others could read is for its owner alone") {
    const TemporaryFolder folder;
    write_file(folder / "plain", "old");
    fs::permissions(folder / "plain", fs::perms(0644));
    client::write_outputs({{folder / "plain", cms::as_bytes("new"), Privacy::owner_only}});
    CHECK(read_file(folder / "plain") == "new");
    CHECK(mode_of(folder / "plain") == 0600);
}

TEST_CASE("Of several outputs none appears if one cannot be written") {
    const TemporaryFolder folder;
    write_file(folder / "one", "old");
    fs::create_directory(folder / "folder");
    const client::Error error = error_of([&] {
        client::write_outputs({{folder / "one", cms::as_bytes("new")},
                               {folder / "two", cms::as_bytes("new")},
                               {folder / "folder", cms::as_bytes("new")}});
    });
    CHECK(error.exit_status() == client::ExitStatus::other);
    CHECK(error.what() ==
          "cannot write " + (folder / "folder").string() + ": it is a folder; name another file with -o");
    CHECK(read_file(folder / "one") == "old");
    CHECK(files_in(folder) == 2);
}

TEST_CASE("A symbolic link stays one, and what it points to is replaced") {
    const TemporaryFolder folder;
    fs::create_directory(folder / "behind");
    write_file(folder / "behind/real", "old");
    fs::create_symlink("behind/real", folder / "link");
    client::write_outputs({{folder / "link", cms::as_bytes("new")}});
    CHECK(fs::is_symlink(folder / "link"));
    CHECK(read_file(folder / "behind/real") == "new");
    CHECK(files_in(folder) == 2);
}

TEST_CASE("What is not a file is not replaced") {
    const TemporaryFolder folder;
    const fs::path path = folder / "special";
    SECTION("a folder") {
        fs::create_directory(path);
    }
    SECTION("a FIFO") {
        REQUIRE(mkfifo(path.c_str(), 0600) == 0);
    }
    SECTION("a link that leads nowhere") {
        fs::create_symlink("nowhere", path);
    }
    const fs::file_status before = fs::symlink_status(path);
    CHECK(exit_status_of([&] { OutputFile(path, Privacy::shared); }) == 9);
    CHECK(fs::symlink_status(path).type() == before.type());
    CHECK(files_in(folder) == 1);
}

TEST_CASE("A folder that is not there, or no name at all, is an error") {
    const TemporaryFolder folder;
    CHECK(exit_status_of([&] { OutputFile(folder / "no/such", Privacy::shared); }) == 9);
    CHECK(exit_status_of([&] { OutputFile((folder / "no").string() + "/", Privacy::shared); }) == 9);
    CHECK(exit_status_of([&] { OutputFile("", Privacy::shared); }) == 9);
    CHECK(files_in(folder) == 0);
}

TEST_CASE("A character device is written to, and stays") {
    client::write_outputs({{"/dev/null", cms::as_bytes("content")}});
    CHECK(fs::is_character_file("/dev/null"));
    const client::Error error = error_of([] {
        client::write_outputs({{"/dev/full", cms::as_bytes("content")}});
    });
    CHECK(error.what() == std::string("cannot write /dev/full: No space left on device"));
    CHECK(fs::is_character_file("/dev/full"));
}

TEST_CASE("Many outputs do not need as many descriptors") {
    const TemporaryFolder folder;
    std::vector<client::Output> outputs;
    for (int i = 0; i < 100; ++i)
        outputs.push_back({folder / std::to_string(i), cms::as_bytes("content")});
    rlimit before{};
    REQUIRE(getrlimit(RLIMIT_NOFILE, &before) == 0);
    const rlimit few{50, before.rlim_max};
    REQUIRE(setrlimit(RLIMIT_NOFILE, &few) == 0);
    client::write_outputs(outputs);
    setrlimit(RLIMIT_NOFILE, &before);
    CHECK(files_in(folder) == 100);
}

TEST_CASE("Signals that would end the process wait until the files have their names") {
    const client::HoldSignals held;
    raise(SIGTERM);
    sigset_t pending;
    sigpending(&pending);
    REQUIRE(sigismember(&pending, SIGTERM) == 1);
    // The test must not end by it.
    const auto before = std::signal(SIGTERM, SIG_IGN);
    std::signal(SIGTERM, before);
    sigpending(&pending);
    CHECK(sigismember(&pending, SIGTERM) == 0);
}
