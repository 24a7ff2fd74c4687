#include "agent/listening_socket.h"

#include "agent/error.h"
#include "tests/catch.h"
#include "tests/fixtures/temporary_folder.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <fstream>
#include <optional>

using signet::agent::Error;
using signet::agent::ListeningSocket;
using signet::agent::UniqueDescriptor;
using signet::tests::TemporaryFolder;
namespace fs = std::filesystem;

namespace {

sockaddr_un address_of(const fs::path& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
    return address;
}

bool connects(const fs::path& path) {
    const UniqueDescriptor client(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const auto address = address_of(path);
    return ::connect(client.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

/// A socket file that nobody listens on any more.
void leave_dead_socket(const fs::path& path) {
    const UniqueDescriptor dead(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const auto address = address_of(path);
    REQUIRE(::bind(dead.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
}

mode_t mode_of(const fs::path& path) {
    struct stat found {};
    REQUIRE(::lstat(path.c_str(), &found) == 0);
    return found.st_mode & 07777U;
}

std::string refusal(const fs::path& path, const std::optional<std::string>& group = std::nullopt) {
    try {
        ListeningSocket::at(path, 0600, group, false);
    } catch (const Error& error) {
        return error.what();
    }
    return {};
}

}  // namespace

TEST_CASE("a socket is bound for its owner alone, and removed at the end") {
    const TemporaryFolder folder;
    const auto path = folder / "agent.sock";
    {
        const auto listening = ListeningSocket::at(path, 0600, std::nullopt, false);
        CHECK(mode_of(path) == 0600);
        CHECK(connects(path));
    }
    CHECK_FALSE(fs::exists(fs::symlink_status(path)));
}

TEST_CASE("mode and group are as configured") {
    const TemporaryFolder folder;
    const auto path = folder / "agent.sock";
    const auto listening = ListeningSocket::at(path, 0660, std::to_string(::getegid()), false);
    CHECK(mode_of(path) == 0660);
    CHECK(refusal(folder / "other.sock", "no such group here").find("no group") != std::string::npos);
}

TEST_CASE("a dead socket is replaced") {
    const TemporaryFolder folder;
    const auto path = folder / "agent.sock";
    leave_dead_socket(path);
    REQUIRE_FALSE(connects(path));
    const auto listening = ListeningSocket::at(path, 0600, std::nullopt, false);
    CHECK(connects(path));
}

TEST_CASE("a live socket is another agent's, and stays") {
    const TemporaryFolder folder;
    const auto path = folder / "agent.sock";
    const auto first = ListeningSocket::at(path, 0600, std::nullopt, false);
    CHECK(refusal(path).find("another agent is listening") != std::string::npos);
    CHECK(connects(path));
}

TEST_CASE("what is no socket is never removed") {
    const TemporaryFolder folder;
    const auto file = folder / "file";
    std::ofstream(file) << "precious";
    CHECK(refusal(file).find("is no socket") != std::string::npos);
    CHECK(fs::file_size(file) == 8);

    const auto link = folder / "link";
    leave_dead_socket(folder / "dead");
    fs::create_symlink(folder / "dead", link);
    CHECK(refusal(link).find("is no socket") != std::string::npos);
    CHECK(fs::is_symlink(link));
    CHECK(fs::is_socket(folder / "dead"));

    fs::create_directory(folder / "folder");
    CHECK(refusal(folder / "folder").find("is no socket") != std::string::npos);
    CHECK(fs::is_directory(folder / "folder"));
}

TEST_CASE("a socket that somebody else has put in the place is left alone at the end") {
    const TemporaryFolder folder;
    const auto path = folder / "agent.sock";
    {
        const auto listening = ListeningSocket::at(path, 0600, std::nullopt, false);
        fs::remove(path);
        leave_dead_socket(path);
    }
    CHECK(fs::is_socket(path));
}

TEST_CASE("only the last folder is made, for its owner alone, and only on demand") {
    const TemporaryFolder folder;
    const auto path = folder / "signet" / "agent.sock";
    CHECK_FALSE(refusal(path).empty());
    {
        const auto listening = ListeningSocket::at(path, 0600, std::nullopt, true);
        CHECK(mode_of(folder / "signet") == 0700);
    }
    CHECK(fs::is_directory(folder / "signet"));
    CHECK_THROWS_AS(ListeningSocket::at(folder / "a" / "b" / "agent.sock", 0600, std::nullopt, true), Error);
}

TEST_CASE("a path that does not fit into a socket address is refused") {
    const TemporaryFolder folder;
    CHECK(refusal(folder / std::string(120, 'x')).find("too long") != std::string::npos);
}
