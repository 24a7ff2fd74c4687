#include "agent/policy.h"

#include "agent/error.h"
#include "agent/peer.h"
#include "agent/unique_descriptor.h"
#include "tests/catch.h"

#include <sys/socket.h>
#include <unistd.h>

#include <filesystem>

using namespace signet::agent;

TEST_CASE("the kernel says who a peer is") {
    int ends[2];
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
    const UniqueDescriptor one(ends[0]);
    const UniqueDescriptor other(ends[1]);
    const auto peer = peer_of(one.get());
    CHECK(peer.uid == ::geteuid());
    CHECK(peer.pid == ::getpid());
    CHECK(peer.program == std::filesystem::read_symlink("/proc/self/exe"));
    CHECK(may_connect(peer));
}

TEST_CASE("the agent's own uid may do everything, and nobody else anything") {
    const Policy policy;
    Peer own;
    own.uid = ::geteuid();
    Peer stranger;
    stranger.uid = ::geteuid() + 1;
    CHECK_FALSE(may_connect(stranger));
    for (const auto operation : {Operation::sign, Operation::unwrap, Operation::admin}) {
        CHECK(policy.check(own, operation, nullptr).allowed);
        CHECK(policy.require(own, operation, nullptr).operation() == operation);
        CHECK(&policy.require(own, operation, nullptr).peer() == &own);

        CHECK_FALSE(policy.check(stranger, operation, nullptr).allowed);
        CHECK_FALSE(policy.check(stranger, operation, nullptr).why.empty());
        try {
            static_cast<void>(policy.require(stranger, operation, nullptr));
            FAIL("a permit for a stranger");
        } catch (const Error& error) {
            CHECK(error.status() == protocol::REFUSED);
            CHECK(std::string(error.what()).find(operation_name(operation)) == 0);
        }
    }
}
