#include "agent/protocol/frame.h"
#include "client/agent_connection.h"
#include "tests/client/expect_error.h"
#include "tests/client/fake_agent.h"

using namespace signet;
using namespace signet::tests;
using client::AgentConnection;
namespace protocol = agent::protocol;

namespace {

std::vector<cms::Bytes> numbered(std::size_t count) {
    std::vector<cms::Bytes> items;
    for (std::size_t i = 0; i < count; ++i)
        items.push_back({static_cast<std::uint8_t>(i >> 8U), static_cast<std::uint8_t>(i)});
    return items;
}

/// "Signs" by repeating the digest, for at most `limit` digests at once.
FakeAgent::Script signing(int limit) {
    return FakeAgent::answering([limit](const protocol::Request& request) {
        if (request.sign().digest_size() > limit)
            return refusal(protocol::TOO_LARGE, "the signatures would not fit into a frame");
        protocol::Reply reply;
        for (const std::string& digest : request.sign().digest())
            reply.mutable_sign()->add_signed_data(digest);
        reply.mutable_sign()->add_warning("bob@example.org was passed over: expired");
        return reply;
    });
}

std::vector<int> batches(const FakeAgent& agent) {
    std::vector<int> sizes;
    for (const protocol::Request& request : agent.received())
        if (request.has_sign())
            sizes.push_back(request.sign().digest_size());
        else if (request.has_unwrap())
            sizes.push_back(request.unwrap().recipient_info_size());
    return sizes;
}

client::SignRequest sign_request(std::size_t count) {
    client::SignRequest request;
    request.identities = {"alice@example.org", "bob@example.org"};
    request.digest_algorithm = cms::DigestAlgorithm::sha384;
    request.rsa_pss = true;
    request.certificates = protocol::SIGNER;
    request.digests = numbered(count);
    return request;
}

/// Opens recipient info `ours`, and says NO_RECIPIENT to a batch without it.
FakeAgent::Script opening(const std::string& ours) {
    return FakeAgent::answering([ours](const protocol::Request& request) {
        protocol::Reply reply;
        for (int i = 0; i < request.unwrap().recipient_info_size(); ++i)
            if (request.unwrap().recipient_info(i) == ours) {
                reply.mutable_unwrap()->set_key("0123456789abcdef");
                reply.mutable_unwrap()->set_recipient(static_cast<std::uint32_t>(i));
                reply.mutable_unwrap()->set_identity("pkcs11:object=alice");
                return reply;
            }
        return refusal(protocol::NO_RECIPIENT, "no recipient is ours");
    });
}

}  // namespace

TEST_CASE("Many digests are signed in batches, in order") {
    const FakeAgent agent(signing(protocol::max_digests));
    const client::SignRequest request = sign_request(600);
    const client::SignResult result = AgentConnection(agent.socket()).sign(request);
    CHECK(result.signed_data == request.digests);
    CHECK(batches(agent) == std::vector{200, 200, 200});
    CHECK(result.warnings == std::vector<std::string>{"bob@example.org was passed over: expired"});

    const protocol::Sign sign = agent.received().at(3).sign();
    CHECK(sign.identity_size() == 2);
    CHECK(sign.identity(1) == "bob@example.org");
    CHECK(sign.digest_algorithm() == protocol::SHA384);
    CHECK(sign.rsa_scheme() == protocol::PSS);
    CHECK(sign.certificates() == protocol::SIGNER);
}

TEST_CASE("A batch whose answer is too large for a frame is halved") {
    const FakeAgent agent(signing(20));
    const client::SignRequest request = sign_request(50);
    CHECK(AgentConnection(agent.socket()).sign(request).signed_data == request.digests);
    CHECK(batches(agent) == std::vector{50, 25, 25, 12, 12, 12, 12, 1, 1});
}

TEST_CASE("The next batches are sent before the first is answered, and answers may come in any order") {
    const FakeAgent agent([](FakePeer& peer) {
        peer.welcome();
        std::vector<protocol::Request> requests;
        while (requests.size() < AgentConnection::sign_window)
            requests.push_back(peer.read().value());
        const auto answer = [&](const protocol::Request& request) {
            protocol::Reply reply;
            for (const std::string& digest : request.sign().digest())
                reply.mutable_sign()->add_signed_data(digest);
            peer.answer(request, reply);
        };
        answer(requests[2]);
        answer(requests[0]);
        answer(requests[1]);
        while (const auto request = peer.read())
            answer(*request);
    });
    AgentConnection connection(agent.socket());
    for (int round = 0; round < 2; ++round) {
        const client::SignRequest request = sign_request(1000);
        if (round == 0)
            CHECK(connection.sign(request).signed_data == request.digests);
        else
            CHECK(connection.sign(sign_request(3)).signed_data == numbered(3));
    }
    CHECK(batches(agent) == std::vector{250, 250, 250, 250, 3});
}

TEST_CASE("When one batch fails the others are given up, and the connection serves on") {
    const FakeAgent agent([](FakePeer& peer) {
        peer.welcome();
        const auto first = peer.read();
        if (!first)
            return;
        if (first->sign().digest_size() > 1)
            peer.answer(*first, refusal(protocol::PIN_CANCELLED, "nobody gave the PIN"));
        else
            peer.answer(*first, [&] {
                protocol::Reply reply;
                reply.mutable_sign()->add_signed_data("one");
                return reply;
            }());
        while (peer.read()) {
        }
    });
    AgentConnection connection(agent.socket());
    const client::Error error = error_of([&] { static_cast<void>(connection.sign(sign_request(600))); });
    CHECK(error.exit_status() == client::ExitStatus::pin);
    CHECK(error.why() == "nobody gave the PIN");
    CHECK(connection.sign(sign_request(1)).signed_data.size() == 1);
}

TEST_CASE("A reply that comes twice, or to nothing that was asked, is refused") {
    const bool twice = GENERATE(true, false);
    const FakeAgent agent([twice](FakePeer& peer) {
        peer.welcome();
        auto request = peer.read().value();
        if (!twice)
            request.set_id(99);
        protocol::Reply reply;
        for (const std::string& digest : request.sign().digest())
            reply.mutable_sign()->add_signed_data(digest);
        peer.answer(request, reply);
        peer.answer(request, reply);
        while (peer.read()) {
        }
    });
    AgentConnection connection(agent.socket());
    CHECK(exit_status_of([&] { static_cast<void>(connection.sign(sign_request(600))); }) == 9);
}

TEST_CASE("One digest whose answer is too large is an error") {
    const FakeAgent agent(signing(0));
    AgentConnection connection(agent.socket());
    CHECK(exit_status_of([&] { static_cast<void>(connection.sign(sign_request(3))); }) == 8);
    // Of what was under way with it nobody waits for an answer.
    const std::vector<int> sizes = batches(agent);
    REQUIRE(sizes.size() >= 2);
    CHECK(sizes[0] == 3);
    CHECK(sizes[1] == 1);
}

TEST_CASE("Another number of signatures than of digests is refused") {
    const FakeAgent agent(FakeAgent::answering([](const auto&) {
        protocol::Reply reply;
        reply.mutable_sign()->add_signed_data("one");
        return reply;
    }));
    AgentConnection connection(agent.socket());
    CHECK(exit_status_of([&] { static_cast<void>(connection.sign(sign_request(2))); }) == 9);
}

TEST_CASE("SHA-1 is not sent to be signed") {
    AgentConnection connection("/nowhere");
    client::SignRequest request = sign_request(1);
    request.digest_algorithm = cms::DigestAlgorithm::sha1;
    CHECK(exit_status_of([&] { static_cast<void>(connection.sign(request)); }) == 2);
}

TEST_CASE("Recipient infos are asked for in batches until one is ours") {
    const std::vector<cms::Bytes> infos = numbered(150);
    const FakeAgent agent(opening(std::string(cms::as_text(infos[70]))));
    const client::UnwrappedKey unwrapped =
        AgentConnection(agent.socket()).unwrap(infos, {0x30, 0x00}, "alice");
    CHECK(unwrapped.recipient == 70);
    CHECK(unwrapped.key.reveal() == "0123456789abcdef");
    CHECK(unwrapped.identity == "pkcs11:object=alice");
    CHECK(batches(agent) == std::vector{64, 64});
    CHECK(agent.received().at(1).unwrap().identity() == "alice");
    CHECK(agent.received().at(1).unwrap().content_encryption_algorithm() == std::string("\x30\0", 2));
}

TEST_CASE("Large recipient infos make smaller batches, each within a frame") {
    const std::vector<cms::Bytes> infos(10, cms::Bytes(200'000, 0x30));
    const FakeAgent agent(opening("nobody"));
    AgentConnection connection(agent.socket());
    CHECK(exit_status_of([&] { static_cast<void>(connection.unwrap(infos, {0x30, 0x00})); }) == 4);
    CHECK(batches(agent) == std::vector{4, 4, 2});
}

TEST_CASE("A recipient info that fits into no frame is malformed") {
    const std::vector<cms::Bytes> infos(1, cms::Bytes(protocol::max_frame_size, 0x30));
    AgentConnection connection("/nowhere");
    CHECK(exit_status_of([&] { static_cast<void>(connection.unwrap(infos, {0x30, 0x00})); }) == 8);
}

TEST_CASE("An unwrapped key must belong to a recipient, and be there") {
    const bool has_key = GENERATE(true, false);
    const FakeAgent agent(FakeAgent::answering([has_key](const auto&) {
        protocol::Reply reply;
        reply.mutable_unwrap()->set_recipient(has_key ? 1 : 0);
        reply.mutable_unwrap()->set_key(has_key ? "0123456789abcdef" : "");
        return reply;
    }));
    AgentConnection connection(agent.socket());
    CHECK(exit_status_of([&] { static_cast<void>(connection.unwrap(numbered(1), {0x30, 0x00})); }) == 9);
}
