#include "agent/protocol/frame.h"
#include "client/agent_connection.h"
#include "tests/client/expect_error.h"
#include "tests/client/fake_agent.h"

using namespace signet;
using namespace signet::tests;
using client::AgentConnection;
namespace protocol = agent::protocol;

namespace {

protocol::Reply status_reply(const std::string& version) {
    protocol::Reply reply;
    reply.mutable_agent_status()->set_version(version);
    return reply;
}

/// Welcomes the client, reads its request and sends `bytes(request)` instead of a proper answer; then closes.
template <typename Bytes>
FakeAgent::Script instead_of_an_answer(Bytes bytes) {
    return [bytes](FakePeer& peer) {
        peer.welcome();
        if (const auto request = peer.read())
            peer.send(bytes(*request));
    };
}

client::Error status_error(const FakeAgent& agent) {
    return error_of([&] { static_cast<void>(AgentConnection(agent.socket()).status()); });
}

std::string good_answer(const protocol::Request& request) {
    protocol::Reply reply = status_reply("1");
    reply.set_id(request.id());
    return frame_of(reply);
}

}  // namespace

TEST_CASE("Hello goes ahead of the first request, and of no other") {
    const FakeAgent agent(FakeAgent::answering([](const auto&) { return status_reply("7"); }));
    AgentConnection connection(agent.socket());
    CHECK(connection.status().version() == "7");
    CHECK(connection.status().version() == "7");
    const auto received = agent.received();
    REQUIRE(received.size() == 3);
    REQUIRE(received[0].has_hello());
    CHECK(received[0].hello().version() == protocol::protocol_version);
    CHECK(received[0].hello().client() == "test_client");
    CHECK(received[1].has_status());
    CHECK(received[2].has_status());
    CHECK(received[0].id() != received[1].id());
    CHECK(received[1].id() != received[2].id());
}

TEST_CASE("The first request does not wait for the answer to Hello") {
    const FakeAgent agent([](FakePeer& peer) {
        const auto hello = peer.read();
        const auto request = peer.read();
        if (!hello || !request)
            return;
        protocol::Reply welcome;
        welcome.mutable_hello()->set_version(protocol::protocol_version);
        peer.answer(*hello, welcome);
        peer.answer(*request, status_reply("both"));
    });
    CHECK(AgentConnection(agent.socket()).status().version() == "both");
}

TEST_CASE("Hello tells where pinentry can show itself") {
    setenv("DISPLAY", ":7", 1);
    setenv("GPG_TTY", "/dev/pts/99", 1);
    setenv("XAUTHORITY", std::string(protocol::max_text + 1, 'x').c_str(), 1);
    setenv("LC_ALL", "de_DE.UTF-8", 1);
    const FakeAgent agent(FakeAgent::answering([](const auto&) { return status_reply("1"); }));
    static_cast<void>(AgentConnection(agent.socket()).status());
    const protocol::Hello hello = agent.received().at(0).hello();
    CHECK(hello.display() == ":7");
    CHECK(hello.tty() == "/dev/pts/99");
    CHECK(hello.locale() == "de_DE.UTF-8");
    CHECK(hello.xauthority().empty());
    for (const char* name : {"DISPLAY", "GPG_TTY", "XAUTHORITY", "LC_ALL"})
        unsetenv(name);
}

TEST_CASE("An agent of another version is told from a broken one") {
    SECTION("it refuses ours") {
        const FakeAgent agent([](FakePeer& peer) {
            if (const auto hello = peer.read())
                peer.answer(*hello,
                            refusal(protocol::UNKNOWN_VERSION, "version 1 is too old", "upgrade signet"));
        });
        const client::Error error = status_error(agent);
        CHECK(error.exit_status() == client::ExitStatus::malformed);
        CHECK(error.why() == "version 1 is too old");
        CHECK(error.advice() == "upgrade signet");
    }
    SECTION("it answers with its own") {
        const FakeAgent agent([](FakePeer& peer) {
            if (const auto hello = peer.read()) {
                protocol::Reply reply;
                reply.mutable_hello()->set_version(protocol::protocol_version + 1);
                peer.answer(*hello, reply);
            }
        });
        const client::Error error = status_error(agent);
        CHECK(error.exit_status() == client::ExitStatus::other);
        CHECK(error.why() == "the agent breaks the protocol: it speaks version 2");
    }
}

TEST_CASE("An agent that refuses us before it reads anything is still heard") {
    const FakeAgent agent([](FakePeer& peer) {
        peer.send(frame_of(refusal(protocol::REFUSED, "user 1234 may not use this agent")));
    });
    const client::Error error = status_error(agent);
    CHECK(error.exit_status() == client::ExitStatus::refused);
    CHECK(error.why() == "user 1234 may not use this agent");
}

TEST_CASE("An answer cut at any byte is no answer") {
    const std::size_t size = [] {
        protocol::Request request;
        request.set_id(2);
        return good_answer(request).size();
    }();
    for (std::size_t length = 0; length < size; ++length) {
        const FakeAgent agent(instead_of_an_answer(
            [&](const auto& request) { return good_answer(request).substr(0, length); }));
        const client::Error error = status_error(agent);
        CHECK(error.exit_status() == client::ExitStatus::no_agent);
        CHECK(error.why() == "the agent at " + agent.socket() + " closed the connection");
    }
}

TEST_CASE("An answer that breaks the protocol is refused") {
    using namespace std::string_literals;
    const auto error_after = [](auto bytes) { return status_error(FakeAgent(instead_of_an_answer(bytes))); };
    SECTION("a frame that is too long, known before it is read") {
        const client::Error error = error_after([](const auto&) { return "\x00\x10\x00\x01"s; });
        CHECK(error.exit_status() == client::ExitStatus::other);
        CHECK(error.why() == "the agent breaks the protocol: a frame of a length that none may have");
    }
    SECTION("an empty frame") {
        CHECK(error_after([](const auto&) { return "\0\0\0\0"s; }).exit_status() ==
              client::ExitStatus::other);
    }
    SECTION("bytes that are no message") {
        const client::Error error = error_after([](const auto&) { return "\0\0\0\x03\xff\xff\xff"s; });
        CHECK(error.why() == "the agent breaks the protocol: a reply that cannot be read");
    }
    SECTION("the reply to another request") {
        const client::Error error = error_after([](const protocol::Request& request) {
            protocol::Request other = request;
            other.set_id(request.id() + 1);
            return good_answer(other);
        });
        CHECK(error.exit_status() == client::ExitStatus::other);
        CHECK(error.why() == "the agent breaks the protocol: a reply to another request");
    }
    SECTION("success for no request") {
        CHECK(error_after([](const auto&) { return frame_of(status_reply("1")); }).exit_status() ==
              client::ExitStatus::other);
    }
}

TEST_CASE("An agent that does not answer is given up") {
    const FakeAgent agent([](FakePeer& peer) {
        peer.welcome();
        while (peer.read()) {
        }
    });
    AgentConnection connection(agent.socket(), {.answer = std::chrono::milliseconds(50)});
    const client::Error error = error_of([&] { connection.lock("alice"); });
    CHECK(error.exit_status() == client::ExitStatus::no_agent);
    CHECK(error.why() == "the agent at " + agent.socket() + " does not answer");
}

TEST_CASE("An agent that does not let us in, or does not say how it is, is given up sooner than a person") {
    using std::chrono::milliseconds;
    const client::Deadlines deadlines{.unattended_answer = milliseconds(50)};
    const auto given_up = [](const FakeAgent& agent, auto action) {
        const client::Error error = error_of(action);
        CHECK(error.exit_status() == client::ExitStatus::no_agent);
        CHECK(client::error_line(error) == "signet: cannot reach the agent: the agent at " + agent.socket() +
                                               " does not answer; see the agent's log\n");
    };
    SECTION("it does not answer to Hello: stopped, for one") {
        const FakeAgent agent([](FakePeer& peer) {
            while (peer.read()) {
            }
        });
        AgentConnection connection(agent.socket(), deadlines);
        given_up(agent, [&] { connection.lock("alice"); });
        given_up(agent, [&] { connection.unlock("alice", std::nullopt); });
    }
    SECTION("it stops later") {
        const FakeAgent agent([](FakePeer& peer) {
            peer.welcome();
            while (peer.read()) {
            }
        });
        AgentConnection connection(agent.socket(), deadlines);
        given_up(agent, [&] { static_cast<void>(connection.status()); });
        given_up(agent, [&] { static_cast<void>(connection.list()); });
    }
    SECTION("a person has more time") {
        const FakeAgent agent([](FakePeer& peer) {
            peer.welcome();
            if (const auto request = peer.read()) {
                std::this_thread::sleep_for(milliseconds(300));
                peer.answer(*request, protocol::Reply());
            }
        });
        CHECK_NOTHROW(AgentConnection(agent.socket(), deadlines).lock("alice"));
    }
}

TEST_CASE("After a broken connection the next request makes a new one") {
    bool first = true;
    const FakeAgent agent([&first](FakePeer& peer) {
        peer.welcome();
        const auto request = peer.read();
        if (!first && request)
            peer.answer(*request, status_reply("again"));
        first = false;
    });
    AgentConnection connection(agent.socket());
    CHECK(exit_status_of([&] { static_cast<void>(connection.status()); }) == 3);
    CHECK(connection.status().version() == "again");
}

TEST_CASE("No agent is said with the path and what to do") {
    const TemporaryFolder folder;
    const std::string path = folder / "agent.sock";
    SECTION("no socket") {
        const client::Error error = error_of([&] { static_cast<void>(AgentConnection(path).status()); });
        CHECK(client::error_line(error) == "signet: cannot reach the agent: no socket at " + path +
                                               "; start signet-agent or set SIGNET_SOCKET\n");
        CHECK(error.exit_status() == client::ExitStatus::no_agent);
    }
    SECTION("a path that no socket can have") {
        const std::string longer(200, 'x');
        CHECK(exit_status_of([&] { static_cast<void>(AgentConnection(longer).status()); }) == 3);
    }
}

TEST_CASE("A list comes in pages") {
    SECTION("all of them") {
        const FakeAgent agent(FakeAgent::answering([](const protocol::Request& request) {
            protocol::Reply reply;
            const std::uint32_t offset = request.list().offset();
            if (offset == 0)
                reply.mutable_list()->add_tokens()->set_label("token");
            reply.mutable_list()->add_identities()->set_label("id " + std::to_string(offset));
            reply.mutable_list()->set_next_offset(offset < 2 ? offset + 1 : 0);
            return reply;
        }));
        const protocol::ListReply list = AgentConnection(agent.socket()).list("alice", true);
        REQUIRE(list.identities_size() == 3);
        CHECK(list.identities(0).label() == "id 0");
        CHECK(list.identities(2).label() == "id 2");
        CHECK(list.tokens_size() == 1);
        CHECK(agent.received().at(1).list().identity() == "alice");
        CHECK(agent.received().at(1).list().certificates());
    }
    SECTION("but not for ever") {
        const FakeAgent agent(FakeAgent::answering([](const auto&) {
            protocol::Reply reply;
            reply.mutable_list()->set_next_offset(1);
            return reply;
        }));
        AgentConnection connection(agent.socket());
        CHECK(exit_status_of([&] { static_cast<void>(connection.list()); }) == 9);
    }
}
