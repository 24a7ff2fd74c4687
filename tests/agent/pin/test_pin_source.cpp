#include "agent/error.h"
#include "agent/pin/pin_source.h"
#include "tests/catch.h"
#include "tests/fixtures/file.h"
#include "tests/fixtures/temporary_folder.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

using namespace signet;
using namespace signet::agent::pin;
using tests::TemporaryFolder;
using tests::write_file;

namespace {

std::string pin_in(const std::filesystem::path& path) {
    return std::string(read_pin(PinFromFile{path}).reveal());
}

template <typename Source>
void require_unavailable(const Source& source, const std::string& path, const std::string& why) {
    try {
        (void)read_pin(source);
        FAIL("a PIN came out");
    } catch (const agent::Error& error) {
        CHECK(error.status() == agent::protocol::PIN_UNAVAILABLE);
        CHECK_THAT(error.what(), Catch::Contains(path) && Catch::Contains(why));
        CHECK_THAT(error.what() + error.advice(), !Catch::Contains("hunter2"));
        CHECK_FALSE(error.advice().empty());
    }
}

/// $CREDENTIALS_DIRECTORY for one test.
class CredentialsDirectory {
  public:
    explicit CredentialsDirectory(const std::string& path) {
        setenv("CREDENTIALS_DIRECTORY", path.c_str(), 1);
    }
    ~CredentialsDirectory() { unsetenv("CREDENTIALS_DIRECTORY"); }
    CredentialsDirectory(const CredentialsDirectory&) = delete;
    CredentialsDirectory& operator=(const CredentialsDirectory&) = delete;
};

}  // namespace

TEST_CASE("A PIN is the file's content without one newline at its end") {
    const TemporaryFolder folder;
    const auto path = folder / "pin";
    const auto [content, pin] = GENERATE(table<std::string, std::string>({{"hunter2", "hunter2"},
                                                                          {"hunter2\n", "hunter2"},
                                                                          {"hunter2\n\n", "hunter2\n"},
                                                                          {" a b ", " a b "},
                                                                          {"p\xc3\xa4ss", "p\xc3\xa4ss"}}));
    write_file(path, content);
    CHECK(pin_in(path) == pin);
}

TEST_CASE("A PIN file has 1 to 255 bytes") {
    const TemporaryFolder folder;
    const auto path = folder / "pin";
    const std::string longest(max_pin_size, '7');
    write_file(path, longest);
    CHECK(pin_in(path) == longest);
    write_file(path, longest + "\n");
    CHECK(pin_in(path) == longest);
    write_file(path, longest + "8");
    require_unavailable(PinFromFile{path}, path, "more than a PIN");
    write_file(path, longest + "8\n");
    require_unavailable(PinFromFile{path}, path, "more than a PIN");
    write_file(path, std::string(100000, '7'));
    require_unavailable(PinFromFile{path}, path, "more than a PIN");
    write_file(path, "");
    require_unavailable(PinFromFile{path}, path, "empty");
    write_file(path, "\n");
    require_unavailable(PinFromFile{path}, path, "empty");
}

TEST_CASE("A PIN file that others may touch, or that is no file, is refused") {
    const TemporaryFolder folder;
    const auto path = folder / "pin";
    SECTION("absent") {
        require_unavailable(PinFromFile{path}, path, "No such file");
    }
    SECTION("access for group or others") {
        write_file(path, "hunter2");
        const mode_t mode = GENERATE(as<mode_t>{}, 0640, 0604, 0620, 0602, 0610, 0601);
        REQUIRE(chmod(path.c_str(), mode) == 0);
        require_unavailable(PinFromFile{path}, path, "others have access");
    }
    SECTION("symbolic link") {
        write_file(folder / "target", "hunter2");
        std::filesystem::create_symlink(folder / "target", path);
        require_unavailable(PinFromFile{path}, path, "symbolic link");
    }
    SECTION("folder") {
        std::filesystem::create_directory(path);
        require_unavailable(PinFromFile{path}, path, "not a regular file");
    }
    SECTION("FIFO without a writer") {
        REQUIRE(mkfifo(path.c_str(), 0600) == 0);
        require_unavailable(PinFromFile{path}, path, "not a regular file");
    }
    SECTION("another owner") {
        write_file(path, "hunter2");
        if (geteuid() == 0) {
            REQUIRE(chown(path.c_str(), 12345, 0) == 0);
            require_unavailable(PinFromFile{path}, path, "another user");
        } else {
            WARN("skipped: only root can give a file away");
        }
    }
}

TEST_CASE("A credential is read from systemd's folder") {
    const TemporaryFolder folder;
    write_file(folder / "token-pin", "hunter2\n");
    const PinFromCredential source{"token-pin"};
    SECTION("as systemd leaves it, with an access control list for the service") {
        const CredentialsDirectory directory(folder.path());
        REQUIRE(chmod((folder / "token-pin").c_str(), 0440) == 0);
        CHECK(read_pin(source).reveal() == "hunter2");
    }
    SECTION("but not if others may read it") {
        const CredentialsDirectory directory(folder.path());
        REQUIRE(chmod((folder / "token-pin").c_str(), 0444) == 0);
        require_unavailable(source, "token-pin", "others have access");
    }
    SECTION("and not without such a credential") {
        const CredentialsDirectory directory(folder.path());
        require_unavailable(PinFromCredential{"other"}, "other", "No such file");
    }
    SECTION("nor from a relative folder, nor without one") {
        unsetenv("CREDENTIALS_DIRECTORY");
        require_unavailable(source, "token-pin", "CREDENTIALS_DIRECTORY");
        const CredentialsDirectory directory("tmp");
        require_unavailable(source, "token-pin", "CREDENTIALS_DIRECTORY");
    }
    SECTION("nor from elsewhere") {
        const CredentialsDirectory directory(folder.path());
        require_unavailable(PinFromCredential{"../" + folder.path().filename().string() + "/token-pin"}, "",
                            "not valid");
    }
}

TEST_CASE("A credential's name is a file name") {
    CHECK(is_credential_name("token-pin.1"));
    CHECK(is_credential_name(std::string(255, 'a')));
    for (const std::string& name :
         {std::string(), std::string("."), std::string(".."), std::string("a/b"), std::string("a b"),
          std::string("a\nb"), std::string("a\0b", 3), std::string(256, 'a'), std::string("\xc3\xa4")})
        CHECK_FALSE(is_credential_name(name));
}
