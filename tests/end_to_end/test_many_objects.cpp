// A token that is nearly full.
#include "tests/end_to_end/session.h"

#include <chrono>

using namespace signet::tests;

TEST_CASE("on a token with five thousand objects each key is found, and signs") {
    // Three objects each.
    constexpr std::size_t fillers = 1667;
    Alice alice({KeyType::p256});
    alice.token().fill(fillers);
    const AgentProcess agent(AgentSetup::of(alice.token()));
    const TemporaryFolder folder;
    write_file(folder / "letter", "All is well.\n");
    const RunOptions here{.folder = folder.path(), .timeout = std::chrono::minutes(5)};
    check_done(agent.signet({"sign", "-k", "alice-p256", "letter"}, here));
    check_done(run({"openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", "letter.p7s", "-content",
                    "letter", "-CAfile", alice.ca().root(), "-out", "/dev/null"},
                   here));
    check_done(agent.signet({"sign", "-k", "filler 1666", "-o", "other", "letter"}, here));
    const ProcessResult listed = agent.signet({"list"}, here);
    check_done(listed);
    CHECK(occurrences(listed.out, "\nidentity ") == fillers + 1);
    CHECK(listed.out.find("left out") == std::string::npos);
}
