#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <optional>

#include "client/output_stream.h"
#include "client/spool.h"
#include "tests/client/expect_error.h"
#include "tests/fixtures/file.h"
#include "tests/fixtures/temporary_folder.h"

using namespace signet;
using namespace signet::tests;
using client::OutputStream;
using client::Privacy;
using client::Release;
using client::Spool;
namespace fs = std::filesystem;

namespace {

constexpr std::size_t large_size = 3'000'001;

/// $TMPDIR for as long as it lives.
class TemporaryPlace {
  public:
    TemporaryPlace() { setenv("TMPDIR", m_folder.path().c_str(), 1); }
    ~TemporaryPlace() { unsetenv("TMPDIR"); }
    TemporaryPlace(const TemporaryPlace&) = delete;
    TemporaryPlace& operator=(const TemporaryPlace&) = delete;

    [[nodiscard]] const fs::path& path() const noexcept { return m_folder.path(); }

  private:
    TemporaryFolder m_folder;
};

cms::Bytes pattern(std::size_t size) {
    cms::Bytes bytes(size);
    for (std::size_t i = 0; i < size; ++i)
        bytes[i] = static_cast<std::uint8_t>(i * 31 + i / 65536);
    return bytes;
}

template <typename To>
void write_in_pieces(To& to, cms::BytesView content, std::size_t piece) {
    while (!content.empty()) {
        const cms::BytesView next = content.first(std::min(piece, content.size()));
        to.write(next);
        content = content.subspan(next.size());
    }
}

template <typename From>
cms::Bytes read_all(const From& from) {
    cms::Bytes content;
    from.read(cms::appending_to(content));
    return content;
}

/// The paths of our open files in `folder`, as /proc has them.
std::vector<fs::path> open_files_in(const fs::path& folder) {
    std::vector<fs::path> found;
    for (const auto& entry : fs::directory_iterator("/proc/self/fd")) {
        std::error_code gone;
        if (fs::read_symlink(entry.path(), gone).native().starts_with(folder.native()))
            found.push_back(entry.path());
    }
    return found;
}

std::size_t files_in(const fs::path& folder) {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder), {}));
}

/// No more files without names in this process, as on a file system that has none.
bool refuse_unnamed_files() {
    constexpr unsigned unnamed = O_TMPFILE & ~O_DIRECTORY;
    std::array<sock_filter, 6> filter{{
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat, 0, 3),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, args) + 2 * sizeof(std::uint64_t)),
        BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, unnamed, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EOPNOTSUPP),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    }};
    const sock_fprog program{static_cast<unsigned short>(filter.size()), filter.data()};
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

/// The number of the first of `steps` that fails in a process of its own; 0 if none does.
int first_that_fails(const std::vector<std::function<bool()>>& steps) {
    const pid_t child = fork();
    if (child == 0) {
        for (std::size_t i = 0; i < steps.size(); ++i) {
            bool holds = false;
            try {
                holds = steps[i]();
            } catch (...) {
                holds = false;
            }
            if (!holds)
                _exit(static_cast<int>(i) + 1);
        }
        _exit(0);
    }
    int status = 0;
    REQUIRE(waitpid(child, &status, 0) == child);
    REQUIRE(WIFEXITED(status));
    return WEXITSTATUS(status);
}

}  // namespace

TEST_CASE("Where files need names, there is none either before it is whole") {
    const TemporaryFolder folder;
    const TemporaryPlace place;
    const fs::path path = folder / "out";
    const cms::Bytes content = pattern(large_size);
    std::optional<OutputStream> stream;
    Spool spool;
    const std::vector<std::function<bool()>> steps{
        refuse_unnamed_files,
        [&] { return open(folder.path().c_str(), O_TMPFILE | O_RDWR, 0600) < 0 && errno == EOPNOTSUPP; },
        [&] {
            spool.write(content);
            return files_in(place.path()) == 0 && !open_files_in(place.path()).empty();
        },
        [&] { return read_all(spool) == content; },
        [&] {
            stream.emplace(path, Privacy::owner_only, Release::at_once);
            write_in_pieces(*stream, content, 70'000);
            return files_in(folder.path()) == 0;
        },
        [&] { return read_all(*stream) == content; },
        [&] {
            stream->commit();
            return files_in(folder.path()) == 1;
        },
        [&] {
            const std::string written = read_file(path);
            return cms::Bytes(written.begin(), written.end()) == content &&
                   fs::status(path).permissions() == fs::perms{0600};
        },
        [&] {
            OutputStream discarded(path, Privacy::shared, Release::on_commit);
            discarded.write(content);
            return files_in(folder.path()) == 1;
        },
        [&] { return files_in(folder.path()) == 1; },
    };
    CHECK(first_that_fails(steps) == 0);
}

TEST_CASE("A spool gives back what was written, as often as one likes") {
    const TemporaryPlace place;
    for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{65536}, std::size_t{1} << 20,
                                   (std::size_t{1} << 20) + 65536, large_size}) {
        CAPTURE(size);
        const cms::Bytes content = pattern(size);
        Spool spool;
        write_in_pieces(spool, content, 10'007);
        CHECK(spool.size() == size);
        CHECK(read_all(spool) == content);
        CHECK(read_all(spool) == content);
        spool.write(content);
        CHECK(spool.size() == 2 * size);
        CHECK(read_all(spool).size() == 2 * size);
    }
}

TEST_CASE("A spool needs a file only for what is large, and the file has no name and no plaintext") {
    const TemporaryPlace place;
    const cms::Bytes content(large_size, 'x');
    Spool small;
    small.write(cms::BytesView(content).first(std::size_t{1} << 20));
    CHECK(open_files_in(place.path()).empty());
    Spool spool;
    spool.write(content);
    CHECK(files_in(place.path()) == 0);
    const auto files = open_files_in(place.path());
    REQUIRE(files.size() == 1);
    struct stat status {};
    REQUIRE(stat(files.front().c_str(), &status) == 0);
    CHECK((status.st_mode & 07777U) == 0600);
    const std::string kept = read_file(files.front());
    CHECK(kept.size() > large_size - (std::size_t{2} << 20));
    CHECK(kept.find("xxxxxxxx") == std::string::npos);
}

TEST_CASE("A spool whose file was altered or shortened gives nothing false") {
    const TemporaryPlace place;
    Spool spool;
    spool.write(pattern(large_size));
    const auto files = open_files_in(place.path());
    REQUIRE(files.size() == 1);
    std::string kept = read_file(files.front());
    kept[100'000] = static_cast<char>(kept[100'000] ^ 1);
    write_file(files.front(), kept);
    cms::Bytes read;
    const client::Error altered = error_of([&] { spool.read(cms::appending_to(read)); });
    CHECK(altered.exit_status() == client::ExitStatus::other);
    CHECK(altered.why() == "it was altered");
    CHECK(read == pattern(read.size()));
    // Two chunks in each other's places.
    kept[100'000] = static_cast<char>(kept[100'000] ^ 1);
    constexpr std::size_t chunk = 65536 + 16;
    std::swap_ranges(kept.begin(), kept.begin() + chunk, kept.begin() + chunk);
    write_file(files.front(), kept);
    CHECK(error_of([&] { (void)read_all(spool); }).why() == "it was altered");
    write_file(files.front(), kept.substr(0, 1000));
    CHECK(exit_status_of([&] { (void)read_all(spool); }) == 9);
}

TEST_CASE("Where no temporary file can be made, the folder is named") {
    const TemporaryPlace place;
    setenv("TMPDIR", (place.path() / "missing").c_str(), 1);
    Spool spool;
    const client::Error error = error_of([&] { spool.write(cms::Bytes(large_size)); });
    CHECK(error.exit_status() == client::ExitStatus::other);
    CHECK_THAT(error.what(), Catch::Contains((place.path() / "missing").native()));
    CHECK_THAT(error.what(), Catch::Contains("set TMPDIR"));
}

TEST_CASE("A streamed file has no name before it is committed") {
    const TemporaryFolder folder;
    const fs::path path = folder / "out";
    const cms::Bytes content = pattern(large_size);
    for (const Release release : {Release::at_once, Release::on_commit}) {
        {
            OutputStream discarded(path, Privacy::owner_only, release);
            discarded.write(content);
            CHECK(files_in(folder.path()) == 0);
        }
        CHECK(files_in(folder.path()) == 0);
        OutputStream stream(path, Privacy::owner_only, release);
        write_in_pieces(stream, content, 70'000);
        CHECK(read_all(stream) == content);
        CHECK(files_in(folder.path()) == 0);
        stream.commit();
        CHECK(files_in(folder.path()) == 1);
        const std::string written = read_file(path);
        CHECK(cms::Bytes(written.begin(), written.end()) == content);
        struct stat status {};
        REQUIRE(stat(path.c_str(), &status) == 0);
        CHECK((status.st_mode & 07777U) == 0600);
        fs::remove(path);
    }
}

TEST_CASE("A streamed file takes the place of an old one, with its mode") {
    const TemporaryFolder folder;
    const fs::path path = folder / "out";
    write_file(path, "old");
    fs::permissions(path, fs::perms{0640});
    fs::create_symlink("out", folder / "link");
    OutputStream stream(folder / "link", Privacy::shared, Release::at_once);
    stream.write(cms::as_bytes("new"));
    CHECK(read_file(path) == "old");
    stream.commit();
    CHECK(read_file(path) == "new");
    CHECK(fs::is_symlink(folder / "link"));
    CHECK(fs::status(path).permissions() == fs::perms{0640});
    CHECK(files_in(folder.path()) == 2);
}

TEST_CASE("What a streamed file cannot be is refused at the start") {
    const TemporaryFolder folder;
    for (const fs::path& path : {folder / "missing/out", folder.path(), fs::path(""), folder / "new/"}) {
        CAPTURE(path);
        CHECK(exit_status_of([&] { OutputStream(path, Privacy::shared, Release::at_once); }) == 9);
    }
    CHECK(files_in(folder.path()) == 0);
}

TEST_CASE("A device gets at once or in the end what is written to it") {
    OutputStream held("/dev/full", Privacy::owner_only, Release::on_commit);
    held.write(cms::as_bytes("x"));
    CHECK(read_all(held) == cms::Bytes{'x'});
    CHECK(exit_status_of([&] { held.commit(); }) == 9);
    OutputStream direct("/dev/full", Privacy::owner_only, Release::at_once);
    CHECK(exit_status_of([&] { direct.write(cms::as_bytes("x")); }) == 9);
    OutputStream null("/dev/null", Privacy::owner_only, Release::at_once);
    null.write(cms::as_bytes("x"));
    null.commit();
}
