#include "agent/module_discovery.h"

#include "tests/catch.h"

#include "tests/fixtures/file.h"
#include "tests/fixtures/temporary_folder.h"

#include <boost/asio/co_spawn.hpp>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <optional>
#include <thread>

using namespace signet::agent;
using namespace signet::tests;

namespace {

/// What `script`, run as the program that lists modules, makes of it; and whether the loop did other things
/// meanwhile. It finds a folder of its own in $folder. `meanwhile` is called again and again until it says
/// no.
struct Discovery {
    Discovery(const std::string& script, std::chrono::milliseconds limit,
              const std::function<bool(Discovery&)>& meanwhile = {})
        : discovery(loop, folder / "list", limit) {
        write_file(folder / "list", "#!/bin/sh\nfolder=$(dirname \"$0\")\n" + script);
        std::filesystem::permissions(folder / "list", std::filesystem::perms::owner_all);
        asio::co_spawn(loop, discovery.run(),
                       [this](const std::exception_ptr& failed, DiscoveredModules modules) {
                           if (!failed)
                               found = std::move(modules);
                       });
        loop.poll();
        asio::post(loop, [this] { served_others = !found.has_value(); });
        while (meanwhile && meanwhile(*this)) {
            loop.restart();
            loop.run_for(std::chrono::milliseconds{1});
        }
        loop.restart();
        loop.run();
    }
    TemporaryFolder folder;
    asio::io_context loop;
    ModuleDiscovery discovery;
    std::optional<DiscoveredModules> found;
    bool served_others = false;
};

bool runs(const std::string& pid) {
    std::ifstream stat("/proc/" + pid + "/stat");
    std::string line;
    return std::getline(stat, line) && line.find(") Z") == std::string::npos;
}

/// Whether the process that is named in `file` has ended; it is killed a moment before.
bool ends(const std::filesystem::path& file) {
    const auto pid = read_file(file).substr(0, read_file(file).find('\n'));
    for (int tries = 0; tries < 2000 && runs(pid); ++tries)
        std::this_thread::sleep_for(std::chrono::milliseconds{5});
    return !runs(pid);
}

}  // namespace

TEST_CASE("modules are asked for while the loop goes on") {
    const Discovery discovery("sleep 0.3; printf 'a\\t/a.so\\nend\\n'", std::chrono::seconds{30});
    REQUIRE(discovery.found);
    CHECK(discovery.found->complete);
    CHECK(discovery.found->modules.size() == 1);
    CHECK(discovery.served_others);
}

TEST_CASE("a list of modules that is cut off is not complete") {
    for (const auto& [script, count] :
         {std::pair("printf 'a\\t/a.so\\n'; exec sleep 100", 1),
          std::pair("printf 'a\\t/a.so\\n'; exit 1", 1), std::pair("printf 'a\\t/a.so\\nthe end\\n'", 1),
          std::pair("printf 'a\\t/a.so\\n'; kill -KILL $$", 1), std::pair("exit 0", 0),
          std::pair("kill -SEGV $$", 0)}) {
        CAPTURE(script);
        const Discovery discovery(script, std::chrono::seconds{2});
        REQUIRE(discovery.found);
        CHECK(discovery.found->modules.size() == static_cast<std::size_t>(count));
        CHECK_FALSE(discovery.found->complete);
    }
}

TEST_CASE(
    "the program that lists modules is in a group of its own and gets nothing that is the agent's alone") {
    setenv("NOTIFY_SOCKET", "/run/notify", 1);
    setenv("CREDENTIALS_DIRECTORY", "/run/credentials", 1);
    setenv("SIGNET_TEST_MARK", "kept", 1);
    const Discovery discovery(
        "read -r stat < /proc/$$/stat; set -- ${stat##*)}; [ \"$3\" = $$ ] && group=own\n"
        "printf '%s%s%s%s\\t/a.so\\nend\\n' \"$group\" \"$NOTIFY_SOCKET\" \"$CREDENTIALS_DIRECTORY\" "
        "\"$SIGNET_TEST_MARK\"",
        std::chrono::seconds{30});
    for (const char* name : {"NOTIFY_SOCKET", "CREDENTIALS_DIRECTORY", "SIGNET_TEST_MARK"})
        unsetenv(name);
    REQUIRE(discovery.found);
    REQUIRE(discovery.found->modules.size() == 1);
    CHECK(discovery.found->modules.front().name == "ownkept");
}

TEST_CASE("nothing is left of the program that lists modules") {
    SECTION("when it has said all") {
        const Discovery discovery("sleep 1000 > /dev/null & echo $! > \"$folder/pid\"; echo end",
                                  std::chrono::seconds{30});
        CHECK(discovery.found->complete);
        CHECK(ends(discovery.folder / "pid"));
    }
    SECTION("when it is stopped") {
        const Discovery discovery(
            "sleep 1000 & echo $! > \"$folder/new\"; mv \"$folder/new\" \"$folder/pid\"; wait",
            std::chrono::minutes{10}, [](Discovery& self) {
                if (!std::filesystem::exists(self.folder / "pid"))
                    return true;
                self.discovery.stop();
                return false;
            });
        REQUIRE(discovery.found);
        CHECK_FALSE(discovery.found->complete);
        CHECK(ends(discovery.folder / "pid"));
    }
}

TEST_CASE("modules are read a line each") {
    const auto modules =
        parse_module_list("softhsm2\t/usr/lib/softhsm/libsofthsm2.so\nopensc\t/usr/lib/opensc.so\n");
    REQUIRE(modules.size() == 2);
    CHECK(modules[0].name == "softhsm2");
    CHECK(modules[0].path == "/usr/lib/softhsm/libsofthsm2.so");
    CHECK(modules[1].name == "opensc");
}

TEST_CASE("lines of another form are left out") {
    CHECK(parse_module_list("").empty());
    CHECK(parse_module_list("no tab\n\t/no/name.so\nrelative\tlib.so\n\n").empty());
    CHECK(parse_module_list("twice\t/a.so\ntwice\t/b.so\n").size() == 1);
    CHECK(parse_module_list("whole\t/a.so\ncut off\t/b.s").size() == 1);
}
