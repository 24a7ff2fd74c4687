#include "client/revocation_cache.h"

#include <sys/stat.h>

#include "tests/catch.h"
#include "tests/fixtures/file.h"
#include "tests/fixtures/temporary_folder.h"

using namespace signet;
using namespace signet::client;
using namespace signet::tests;

namespace {

constexpr std::size_t limit = std::size_t{64} << 20;

std::vector<std::filesystem::path> files_in(const std::filesystem::path& folder) {
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(folder))
        files.push_back(entry.path());
    return files;
}

mode_t mode_of(const std::filesystem::path& path) {
    struct stat status {};
    REQUIRE(stat(path.c_str(), &status) == 0);
    return status.st_mode & 07777U;
}

}  // namespace

TEST_CASE("What is kept is found again under its key, by whoever comes next") {
    const TemporaryFolder parent;
    const auto folder = parent / "cache/signet/revocation";
    const RevocationCache cache(folder);
    CHECK_FALSE(cache.read("crl http://example.org/a", limit));
    CHECK_FALSE(std::filesystem::exists(folder));
    const cms::Bytes value{1, 2, 3};
    cache.write("crl http://example.org/a", value);
    CHECK(RevocationCache(folder).read("crl http://example.org/a", limit) == value);
    CHECK(cache.read("crl http://example.org/a", 3) == value);
    CHECK_FALSE(cache.read("crl http://example.org/a", 2));
    CHECK_FALSE(cache.read("crl http://example.org/b", limit));
    CHECK(mode_of(folder) == 0700);
    REQUIRE(files_in(folder).size() == 1);
    CHECK(mode_of(files_in(folder).front()) == 0600);
    cache.write("crl http://example.org/a", {});
    CHECK(cache.read("crl http://example.org/a", limit) == cms::Bytes{});
    CHECK(files_in(folder).size() == 1);
}

TEST_CASE("A file that is altered, cut off, somebody's or no file is as none") {
    const TemporaryFolder parent;
    const auto folder = parent / "cache";
    const RevocationCache cache(folder);
    cache.write("key", cms::Bytes(100, 7));
    const auto file = files_in(folder).front();
    const std::string whole = read_file(file);
    for (const std::size_t size : {std::size_t{0}, std::size_t{31}, std::size_t{32}, whole.size() - 1}) {
        write_file(file, whole.substr(0, size));
        CHECK_FALSE(cache.read("key", limit));
    }
    std::string altered = whole;
    altered.back() ^= 1;
    write_file(file, altered);
    CHECK_FALSE(cache.read("key", limit));
    write_file(file, whole);
    CHECK(cache.read("key", limit));
    // What is kept under one key is not that of another.
    cache.write("other", cms::Bytes{});
    for (const auto& path : files_in(folder))
        if (path != file)
            write_file(path, whole);
    CHECK_FALSE(cache.read("other", limit));
    std::filesystem::permissions(file, std::filesystem::perms::others_write,
                                 std::filesystem::perm_options::add);
    CHECK_FALSE(cache.read("key", limit));
    std::filesystem::remove(file);
    std::filesystem::create_symlink("/dev/zero", file);
    CHECK_FALSE(cache.read("key", limit));
    std::filesystem::remove(file);
    std::filesystem::create_directory(file);
    CHECK_FALSE(cache.read("key", limit));
}

TEST_CASE("A folder that others may write to is not used") {
    const TemporaryFolder parent;
    const auto folder = parent / "cache";
    std::filesystem::create_directory(folder);
    std::filesystem::permissions(folder, std::filesystem::perms::all);
    const RevocationCache cache(folder);
    cache.write("key", cms::Bytes{1});
    CHECK(files_in(folder).empty());
    const RevocationCache nowhere(std::filesystem::path{});
    nowhere.write("key", cms::Bytes{1});
    CHECK_FALSE(nowhere.read("key", limit));
    const RevocationCache impossible(std::filesystem::path("/proc/signet"));
    impossible.write("key", cms::Bytes{1});
    CHECK_FALSE(impossible.read("key", limit));
}

TEST_CASE("The cache does not grow beyond its bounds, and the newest stays") {
    const TemporaryFolder parent;
    const auto folder = parent / "cache";
    const RevocationCache cache(folder);
    for (std::size_t i = 0; i < RevocationCache::max_files + 10; ++i)
        cache.write("key " + std::to_string(i), cms::Bytes{1});
    CHECK(files_in(folder).size() <= RevocationCache::max_files);
    CHECK(cache.read("key " + std::to_string(RevocationCache::max_files + 9), limit));
    const cms::Bytes large(RevocationCache::max_bytes / 3, 1);
    for (int i = 0; i < 4; ++i)
        cache.write("large " + std::to_string(i), large);
    std::size_t bytes = 0;
    for (const auto& file : files_in(folder))
        bytes += std::filesystem::file_size(file);
    CHECK(bytes <= RevocationCache::max_bytes);
    CHECK(cache.read("large 3", limit) == large);
    cache.write("too large", cms::Bytes(RevocationCache::max_bytes, 1));
    CHECK_FALSE(cache.read("too large", limit * 2));
}
