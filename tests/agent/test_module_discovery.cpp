#include "agent/module_discovery.h"

#include "tests/catch.h"

#include "tests/fixtures/file.h"
#include "tests/fixtures/temporary_folder.h"

#include <filesystem>
#include <optional>

using namespace signet::agent;
using namespace signet::tests;

namespace {

/// What `script`, run as the program that lists modules, makes of it; and whether the loop did other things
/// meanwhile.
struct Discovery {
    Discovery(const std::string& script, std::chrono::milliseconds limit) {
        const TemporaryFolder folder;
        write_file(folder / "list", "#!/bin/sh\n" + script);
        std::filesystem::permissions(folder / "list", std::filesystem::perms::owner_all);
        asio::io_context loop;
        asio::co_spawn(loop, discover_modules(loop, folder / "list", limit),
                       [this](const std::exception_ptr& failed, DiscoveredModules modules) {
                           if (!failed)
                               found = std::move(modules);
                       });
        loop.poll();
        asio::post(loop, [this] { served_others = !found.has_value(); });
        loop.restart();
        loop.run();
    }
    std::optional<DiscoveredModules> found;
    bool served_others = false;
};

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
