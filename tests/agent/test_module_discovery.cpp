#include "agent/module_discovery.h"

#include "tests/catch.h"

using signet::agent::parse_module_list;

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
