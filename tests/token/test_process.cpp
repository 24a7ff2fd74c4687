#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <set>

#include "tests/catch.h"
#include "tests/fixtures/file.h"
#include "tests/token/loaded_token.h"

using namespace signet::tests;

namespace {

bool left_with(std::optional<int> status, int expected) {
    return status && WIFEXITED(*status) && WEXITSTATUS(*status) == expected;
}

}  // namespace

TEST_CASE("signet-token leaves when the agent closes the channel") {
    const SoftHsmToken softhsm;
    SECTION("with a module") {
        LoadedToken token(softhsm, 4);
        token.open();
        token.process().close_channel();
        CHECK(left_with(token.process().wait(), 0));
    }
    SECTION("before it has one") {
        TokenProcess process;
        process.close_channel();
        CHECK(left_with(process.wait(), 0));
    }
    SECTION("although the module hangs") {
        SoftHsmToken with_key;
        with_key.generate(KeyType::p256, "p256", "01");
        const FaultScript faults;
        LoadedToken token(with_key, 2, &faults);
        const protocol::Key key = token.open().private_key("p256");
        faults.set("C_Sign hang");
        protocol::Request request;
        request.set_id(1);
        protocol::Sign& sign = *request.mutable_sign();
        sign.set_slot(key.slot());
        sign.set_key(key.handle());
        sign.set_scheme(protocol::ECDSA);
        sign.set_hash(protocol::HASH_SHA256);
        sign.set_digest(digest_of(protocol::HASH_SHA256, "text"));
        token.process().send(request.SerializeAsString());
        token.process().close_channel();
        CHECK(left_with(token.process().wait(), 1));
    }
}

TEST_CASE("signet-token outlives the signals of its group, and SIGKILL ends it") {
    const SoftHsmToken softhsm;
    LoadedToken token(softhsm);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP})
        kill(token.process().pid(), signal);
    CHECK(token.scan().token.label() == softhsm.label());
    kill(token.process().pid(), SIGKILL);
    const auto status = token.process().wait();
    REQUIRE(status);
    CHECK((WIFSIGNALED(*status) && WTERMSIG(*status) == SIGKILL));
    CHECK_FALSE(token.process().receive());
}

TEST_CASE("signet-token keeps no descriptor but its own and leaves no core file") {
    // Inherited, because it is not close-on-exec; away from the number of the channel.
    const int inherited = fcntl(STDERR_FILENO, F_DUPFD, 50);
    REQUIRE(inherited >= 50);
    const SoftHsmToken softhsm;
    TokenProcess process(softhsm.environment());
    // A request before any module is loaded, so that all descriptors are its own.
    protocol::Request request;
    request.mutable_scan();
    process.reply(request);
    close(inherited);

    const std::string folder = "/proc/" + std::to_string(process.pid());
    const std::string limits = read_file(folder + "/limits");
    const std::size_t core = limits.find("Max core file size");
    REQUIRE(core != std::string::npos);
    CHECK(limits.substr(core, limits.find('\n', core) - core).find(" 0 ") != std::string::npos);
    // A process that cannot be dumped hides this from an ordinary user.
    if (geteuid() == 0) {
        std::set<std::string> descriptors;
        for (const auto& entry : std::filesystem::directory_iterator(folder + "/fd"))
            descriptors.insert(entry.path().filename());
        CHECK(descriptors == std::set<std::string>{"0", "1", "2", "3"});
    }
}

TEST_CASE("The command line has two options and no more") {
    const auto help = run({SIGNET_TOKEN_PROGRAM, "--help"});
    CHECK(help.status == 0);
    CHECK(help.out.find("--list-modules") != std::string::npos);
    CHECK(run({SIGNET_TOKEN_PROGRAM, "--nonsense"}).status == 2);
    CHECK(run({SIGNET_TOKEN_PROGRAM, "--help", "more"}).status == 2);
    const auto alone = run({SIGNET_TOKEN_PROGRAM});
    CHECK(alone.status == 2);
    CHECK(alone.err.find("signet-agent starts this program") != std::string::npos);
}

TEST_CASE("The modules of p11-kit are listed, without those of trust policy") {
    const auto list = run({SIGNET_TOKEN_PROGRAM, "--list-modules"});
    CHECK(list.status == 0);
    CHECK(list.out.find("p11-kit-trust") == std::string::npos);
    const std::size_t softhsm = list.out.find("softhsm2\t/");
    REQUIRE(softhsm != std::string::npos);
    CHECK(list.out.find("libsofthsm2.so\n", softhsm) != std::string::npos);
}
