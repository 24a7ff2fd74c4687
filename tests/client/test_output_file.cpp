#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

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

TEST_CASE("A file that is replaced keeps its mode, whatever the umask says") {
    const TemporaryFolder folder;
    const fs::path path = folder / "out";
    const mode_t mode = GENERATE(0600U, 0640U, 0400U, 0664U, 0755U);
    write_file(path, "old");
    REQUIRE(chmod(path.c_str(), mode) == 0);
    const mode_t before = umask(GENERATE(0U, 022U, 077U));
    client::write_outputs({{path, cms::as_bytes("new")}});
    umask(before);
    CHECK(read_file(path) == "new");
    CHECK(mode_of(path) == mode);
}

TEST_CASE("A file behind a symbolic link keeps its mode, and set-user-ID is not kept") {
    const TemporaryFolder folder;
    write_file(folder / "real", "old");
    REQUIRE(chmod((folder / "real").c_str(), 04750) == 0);
    fs::create_symlink("real", folder / "link");
    client::write_outputs({{folder / "link", cms::as_bytes("new")}});
    CHECK(mode_of(folder / "real") == 0750);
}

TEST_CASE("Plaintext in the place of a file that its owner may only read stays so") {
    const TemporaryFolder folder;
    write_file(folder / "plain", "old");
    REQUIRE(chmod((folder / "plain").c_str(), 0444) == 0);
    client::write_outputs({{folder / "plain", cms::as_bytes("new"), Privacy::owner_only}});
    CHECK(mode_of(folder / "plain") == 0400);
}

TEST_CASE("A file of somebody else's that root replaces stays theirs, unless it is plaintext") {
    // Only root can give files away.
    constexpr uid_t somebody = 1;
    const TemporaryFolder folder;
    const fs::path path = folder / "out";
    write_file(path, "old");
    const bool is_root = geteuid() == 0;
    REQUIRE(chown(path.c_str(), is_root ? somebody : geteuid(), is_root ? somebody : getegid()) == 0);
    REQUIRE(chmod(path.c_str(), 0640) == 0);
    const Privacy privacy = GENERATE(Privacy::shared, Privacy::owner_only);
    client::write_outputs({{path, cms::as_bytes("new"), privacy}});
    struct stat status {};
    REQUIRE(stat(path.c_str(), &status) == 0);
    const bool theirs = is_root && privacy == Privacy::shared;
    CHECK(status.st_uid == (theirs ? somebody : geteuid()));
    CHECK(status.st_gid == (theirs ? somebody : getegid()));
    CHECK(mode_of(path) == (privacy == Privacy::shared ? 0640 : 0600));
}

TEST_CASE("A file that is replaced keeps its access list, and gets none from its folder") {
    // Version 2; owner rw-, user 12345 r--, group ---, mask r--, others ---: what acl(5) writes.
    constexpr unsigned char list[] = {2,  0, 0, 0,                        //
                                      1,  0, 6, 0, 255,  255,  255, 255,  //
                                      2,  0, 4, 0, 0x39, 0x30, 0,   0,    //
                                      4,  0, 0, 0, 255,  255,  255, 255,  //
                                      16, 0, 4, 0, 255,  255,  255, 255,  //
                                      32, 0, 0, 0, 255,  255,  255, 255};
    const TemporaryFolder folder;
    const fs::path path = folder / "out";
    write_file(path, "old");
    if (setxattr(folder.path().c_str(), "system.posix_acl_default", list, sizeof list, 0) != 0) {
        WARN("this file system has no access lists");
        return;
    }
    const auto size_of_list = [&] { return getxattr(path.c_str(), "system.posix_acl_access", nullptr, 0); };
    REQUIRE(chmod(path.c_str(), 0640) == 0);
    client::write_outputs({{path, cms::as_bytes("new")}});
    CHECK(size_of_list() < 0);
    CHECK(mode_of(path) == 0640);
    REQUIRE(setxattr(path.c_str(), "system.posix_acl_access", list, sizeof list, 0) == 0);
    client::write_outputs({{path, cms::as_bytes("newer")}});
    CHECK(size_of_list() == sizeof list);
    CHECK(mode_of(path) == 0640);
    client::write_outputs({{path, cms::as_bytes("plain"), Privacy::owner_only}});
    CHECK(mode_of(path) == 0600);
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
    CHECK(error.what() ==
          std::string(
              "cannot write /dev/full: No space left on device; make room there, or name another place"));
    CHECK(fs::is_character_file("/dev/full"));
}

TEST_CASE("Many outputs do not need as many descriptors") {
    const TemporaryFolder folder;
    std::vector<client::Output> outputs;
    outputs.reserve(100);
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
    const int number = GENERATE(SIGHUP, SIGINT, SIGQUIT, SIGTERM);
    const client::HoldSignals held;
    sigset_t pending;
    sigset_t blocked;
    pthread_sigmask(SIG_BLOCK, nullptr, &blocked);
    REQUIRE(sigismember(&blocked, number) == 1);
    raise(number);
    sigpending(&pending);
    REQUIRE(sigismember(&pending, number) == 1);
    // The test must not end by it.
    const auto before = std::signal(number, SIG_IGN);
    std::signal(number, before);
    sigpending(&pending);
    CHECK(sigismember(&pending, number) == 0);
}

TEST_CASE("A device is written to before there is any file, wherever it stands in the list") {
    const TemporaryFolder folder;
    // The folder that is not there would be seen first.
    const client::Error error = error_of([&] {
        client::write_outputs(
            {{folder / "no/such", cms::as_bytes("content")}, {"/dev/full", cms::as_bytes("content")}});
    });
    CHECK(error.what() ==
          std::string(
              "cannot write /dev/full: No space left on device; make room there, or name another place"));
}

TEST_CASE(
    "A file that is open, as /dev/stdout of `>>`, is not replaced by what is written to its descriptor") {
    const TemporaryFolder folder;
    write_file(folder / "open", "earlier\n");
    const client::FileDescriptor open_file(open((folder / "open").c_str(), O_WRONLY | O_APPEND | O_CLOEXEC));
    const std::string name = "/proc/self/fd/" + std::to_string(open_file.get());
    fs::create_symlink(name, folder / "link");
    for (const std::string& path : {name, (folder / "link").string()}) {
        const client::Error error = error_of([&] { OutputFile(path, Privacy::shared); });
        CHECK(error.what() ==
              "cannot write " + path + ": it names a file that is open; use - for standard output");
    }
    CHECK(read_file(folder / "open") == "earlier\n");
}

TEST_CASE("A link that leads nowhere, as /dev/stdout of a pipe, is named so") {
    const TemporaryFolder folder;
    fs::create_symlink("nowhere", folder / "link");
    const client::Error error = error_of([&] { OutputFile(folder / "link", Privacy::shared); });
    CHECK(error.what() == "cannot write " + (folder / "link").string() +
                              ": it is a link that leads nowhere; use - for standard output");
}

TEST_CASE("A link that somebody else planted in a folder for all is not followed") {
    if (geteuid() != 0) {
        WARN("only root can give links away");
        return;
    }
    constexpr uid_t owner = 1;
    constexpr uid_t stranger = 2;
    const TemporaryFolder folder;
    fs::create_directory(folder / "for-all");
    REQUIRE(chown((folder / "for-all").c_str(), owner, owner) == 0);
    write_file(folder / "real", "old");
    fs::create_symlink("../real", folder / "for-all/link");
    fs::create_symlink("for-all/link", folder / "ours");
    const fs::path path = folder / GENERATE(as<std::string>(), "for-all/link", "ours");
    const auto written = [&](mode_t mode, uid_t links_owner) {
        REQUIRE(chmod((folder / "for-all").c_str(), mode) == 0);
        REQUIRE(lchown((folder / "for-all/link").c_str(), links_owner, links_owner) == 0);
        write_file(folder / "real", "old");
        try {
            client::write_outputs({{path, cms::as_bytes("new")}});
        } catch (const client::Error& error) {
            CHECK(error.exit_status() == client::ExitStatus::other);
        }
        return read_file(folder / "real") == "new";
    };
    SECTION("a stranger's, where all may write") {
        CHECK_FALSE(written(01777, stranger));
    }
    SECTION("a stranger's, where the group may write") {
        CHECK_FALSE(written(01770, stranger));
    }
    SECTION("a stranger's, where only the owner writes") {
        CHECK(written(01755, stranger));
    }
    SECTION("the folder's owner's") {
        CHECK(written(01777, owner));
    }
    SECTION("ours") {
        CHECK(written(01777, geteuid()));
    }
}
