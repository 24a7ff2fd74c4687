// The library as `cmake --install` leaves it, built into a program that knows nothing of this source tree.
#include "cms/digest_stream.h"
#include "tests/catch.h"
#include "tests/client/fake_agent.h"
#include "tests/fixtures/file.h"
#include "tests/fixtures/process.h"
#include "tests/fixtures/temporary_folder.h"

using namespace signet;
using namespace signet::tests;
namespace protocol = agent::protocol;

namespace {

const RunOptions patient{.timeout = std::chrono::seconds(120)};

/// Installs the library below `folder` and builds the program against it. Returns the program's path.
std::string build_outside_program(const TemporaryFolder& folder) {
    const std::string prefix = folder / "prefix";
    const std::string build = folder / "build";
    const std::string source = std::string(SIGNET_SOURCE_FOLDER) + "/tests/client/outside_program";
    run_or_throw(
        {SIGNET_CMAKE, "--install", SIGNET_BUILD_FOLDER, "--prefix", prefix, "--component", "client_library"},
        patient);
    const std::string compiler = "-DCMAKE_CXX_COMPILER=" SIGNET_COMPILER;
    const std::string flags = "-DCMAKE_CXX_FLAGS=" SIGNET_COMPILER_FLAGS;
    run_or_throw({SIGNET_CMAKE, "-S", source, "-B", build, "-G", SIGNET_GENERATOR, compiler, flags,
                  "-DCMAKE_PREFIX_PATH=" + prefix},
                 patient);
    run_or_throw({SIGNET_CMAKE, "--build", build}, patient);
    return build + "/outside_program";
}

}  // namespace

TEST_CASE("Another program builds against the installed library and signs with it") {
    const TemporaryFolder folder;
    const std::string program = build_outside_program(folder);
    const FakeAgent agent(FakeAgent::answering([](const protocol::Request&) {
        protocol::Reply reply;
        reply.mutable_sign()->add_signed_data("a signature");
        return reply;
    }));
    const ProcessResult result = run({program, agent.socket()});
    CHECK(result.err.empty());
    CHECK(result.status == 0);
    CHECK(result.out == "a signature; malformed SignedData");
    REQUIRE(agent.signings().size() == 1);
    const protocol::Sign sign = agent.signings().front();
    CHECK(sign.identity(0) == "alice@example.org");
    const cms::Bytes digest = cms::digest(cms::DigestAlgorithm::sha256, cms::as_bytes("All is well.\n"));
    CHECK(sign.digest(0) == cms::as_text(digest));

    const ProcessResult alone = run({program, folder / "no-agent"});
    CHECK(alone.status == 3);
    CHECK(alone.err.starts_with("signet: cannot reach the agent: no socket at "));

    // Nothing that is installed leads back here.
    const std::string source_folder = SIGNET_SOURCE_FOLDER "/";
    const auto grep = run({"grep", "-rIlF", "-e", source_folder, folder / "prefix"});
    CHECK(grep.out.empty());
    CHECK(grep.status == 1);
}
