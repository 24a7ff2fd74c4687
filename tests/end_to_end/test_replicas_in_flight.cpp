// One key on two tokens, of which one goes while it is at work: what it was at moves over.
#include "tests/end_to_end/faulty_replicas.h"

#include <chrono>
#include <csignal>
#include <list>

using namespace signet::tests;

namespace {

constexpr int operations = 12;
// Slow enough to be in flight, and counted.
const std::string slow = "C_Sign delay 100ms\nC_Decrypt delay 100ms\n";

// The process of alpha's module, which alone has alpha's script in its environment.
pid_t host_of_alpha(const FaultyReplicas& replicas) {
    for (const pid_t host : replicas.agent->hosts()) {
        const std::string environment = read_file("/proc/" + std::to_string(host) + "/environ");
        if (environment.find(replicas.alpha.token.environment().at("SOFTHSM2_CONF")) != std::string::npos)
            return host;
    }
    FAIL("alpha's module has no process");
    return -1;
}

// What may happen to a token, once and for good but for its process.
void strike(FaultyReplicas& replicas, const std::string& what) {
    if (what == "killed")
        REQUIRE(kill(host_of_alpha(replicas), SIGKILL) == 0);
    else if (what == "pulled")
        replicas.alpha.module.remove();
    else
        replicas.alpha.module.follow("C_Sign error CKR_DEVICE_ERROR\nC_Decrypt error CKR_DEVICE_ERROR");
}

// A slow alpha, and a beta that is open or is not.
void prepare(FaultyReplicas& replicas, bool is_open) {
    check_done(replicas.signet({"unlock", "alpha"}));
    if (is_open)
        check_done(replicas.signet({"unlock", "beta"}));
    replicas.alpha.module.follow(slow);
}

}  // namespace

TEST_CASE("a batch is signed whatever happens to one of two tokens meanwhile") {
    const std::string what = GENERATE("killed", "pulled", "failing");
    const bool is_open = GENERATE(true, false);
    CAPTURE(what, is_open);
    FaultyReplicas replicas;
    prepare(replicas, is_open);
    BackgroundProcess batch = replicas.begin(replicas.batch(operations));
    REQUIRE(wait_until([&] { return replicas.alpha.module.reached(1); }));
    strike(replicas, what);
    CHECK(batch.wait(std::chrono::minutes(1)) == 0);
    CHECK(batch.err().empty());
    for (int i = 0; i < operations; ++i) {
        const std::string name = "file" + std::to_string(i);
        check_done(replicas.signet({"verify", "--trust", replicas.ca.root(), name + ".p7s", name}));
    }
    // They went on there, if not on the one that was killed alone.
    CHECK((what == "killed" || replicas.beta.signatures() > 0));
}

TEST_CASE("every message is opened whatever happens to one of two tokens meanwhile") {
    const std::string what = GENERATE("killed", "pulled", "failing");
    const bool is_open = GENERATE(true, false);
    CAPTURE(what, is_open);
    FaultyReplicas replicas({.key = KeyType::rsa2048});
    check_done(replicas.signet(
        {"encrypt", "--no-self", "-r", replicas.bob.certificate, "-o", "report.p7m", "report.txt"}));
    prepare(replicas, is_open);
    std::list<BackgroundProcess> readers;
    for (int i = 0; i < operations; ++i) {
        const Arguments command{program("signet"), "decrypt", "-o", "opened" + std::to_string(i),
                                "report.p7m"};
        readers.emplace_back(command, RunOptions{.environment = replicas.agent->folder().environment(),
                                                 .folder = replicas.folder.path()});
    }
    REQUIRE(wait_until([&] { return replicas.alpha.module.reached(2); }));
    strike(replicas, what);
    for (BackgroundProcess& reader : readers)
        CHECK(reader.wait(std::chrono::minutes(1)) == 0);
    for (int i = 0; i < operations; ++i)
        CHECK(read_file(replicas.folder / ("opened" + std::to_string(i))) == "All is well.\n");
}
