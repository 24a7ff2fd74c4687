// Bytes on the socket that no client of ours would send.
#include "agent/protocol/frame.h"
#include "agent/protocol/signet.pb.h"
#include "tests/end_to_end/busy_alice.h"
#include "tests/end_to_end/raw_client.h"
#include "tests/end_to_end/session.h"

#include <csignal>
#include <memory>
#include <random>
#include <thread>

using namespace signet::tests;
namespace protocol = signet::agent::protocol;

namespace {

std::string frame_of_bytes(std::string_view message) {
    std::string bytes(4, '\0');
    for (unsigned i = 0; i < 4; ++i)
        bytes[i] = static_cast<char>(message.size() >> (24U - 8 * i));
    return bytes.append(message);
}

protocol::Reply reply(RawClient& client) {
    const std::optional<std::string> message = client.receive();
    REQUIRE(message);
    protocol::Reply result;
    REQUIRE(result.ParseFromString(*message));
    return result;
}

void check_serves(Session& session) {
    check_done(session.signet({"list"}));
    CHECK(session.agent().process().running());
}

}  // namespace

TEST_CASE("a frame that is too long or empty closes the connection, and others are served") {
    Session session({KeyType::p256});
    for (const std::string& bytes : {std::string("\xff\xff\xff\xff", 4), std::string("\x00\x10\x00\x01", 4),
                                     std::string(4, '\0'), std::string("GET / HTTP/1.1\r\n\r\n")}) {
        RawClient client(session.agent().socket());
        client.send(bytes);
        CHECK_FALSE(client.receive());
    }
    // The same after a good beginning.
    RawClient client(session.agent().socket());
    client.send(frame(hello()));
    CHECK(reply(client).status() == protocol::DONE);
    client.send(std::string("\x00\x10\x00\x01", 4));
    CHECK_FALSE(client.receive());
    check_serves(session);
}

TEST_CASE("a frame that ends early is dropped with its connection") {
    Session session({KeyType::p256});
    const std::string whole = frame(hello());
    for (std::size_t size = 0; size < whole.size(); ++size) {
        RawClient client(session.agent().socket());
        client.send(whole.substr(0, size));
        client.finish_sending();
        CHECK_FALSE(client.receive());
    }
    check_serves(session);
}

TEST_CASE("a frame that comes byte by byte is understood") {
    Session session({KeyType::p256});
    RawClient client(session.agent().socket());
    for (const char byte : frame(hello()))
        client.send({&byte, 1});
    const protocol::Reply answer = reply(client);
    CHECK(answer.status() == protocol::DONE);
    CHECK(answer.hello().version() == protocol::protocol_version);
}

TEST_CASE("an unknown version gets a status that says so") {
    Session session({KeyType::p256});
    for (const std::uint32_t version : {0U, 2U, 999U, 0xffffffffU}) {
        CAPTURE(version);
        RawClient client(session.agent().socket());
        client.send(frame(hello(version)));
        const protocol::Reply answer = reply(client);
        CHECK(answer.id() == 1);
        CHECK(answer.status() == protocol::UNKNOWN_VERSION);
        CHECK_FALSE(answer.why().empty());
    }
    check_serves(session);
}

TEST_CASE("an unknown type, and none at all, get a status, and the connection goes on") {
    Session session({KeyType::p256});
    RawClient client(session.agent().socket());
    client.send(frame(hello()));
    CHECK(reply(client).status() == protocol::DONE);
    // Field 1 is the id (7); field 99, of length 0, is a body that this version does not know.
    client.send(frame_of_bytes("\x08\x07\x9a\x06" + std::string(1, '\0')));
    const protocol::Reply unknown = reply(client);
    CHECK(unknown.id() == 7);
    CHECK(unknown.status() == protocol::UNKNOWN_TYPE);
    protocol::Request request;
    request.set_id(8);
    request.mutable_list();
    client.send(frame(request));
    const protocol::Reply list = reply(client);
    CHECK(list.id() == 8);
    CHECK(list.status() == protocol::DONE);
    CHECK(list.list().identities_size() == 1);
}

TEST_CASE("a request before Hello is refused") {
    Session session({KeyType::p256});
    RawClient client(session.agent().socket());
    protocol::Request request;
    request.set_id(3);
    request.mutable_list();
    client.send(frame(request));
    const std::optional<std::string> message = client.receive();
    if (message) {
        protocol::Reply answer;
        REQUIRE(answer.ParseFromString(*message));
        CHECK(answer.status() != protocol::DONE);
        CHECK(answer.list().identities_size() == 0);
    }
    check_serves(session);
}

TEST_CASE("requests that break the limits are refused and use no key") {
    Session session({KeyType::p256});
    RawClient client(session.agent().socket());
    client.send(frame(hello()));
    CHECK(reply(client).status() == protocol::DONE);
    std::vector<protocol::Request> requests(9);
    const std::string digest(32, 'd');
    for (protocol::Request& request : requests) {
        request.mutable_sign()->set_digest_algorithm(protocol::SHA256);
        request.mutable_sign()->add_digest(digest);
    }
    requests[0].mutable_sign()->set_digest(0, digest.substr(1));
    requests[1].mutable_sign()->set_digest(0, digest + "d");
    requests[2].mutable_sign()->clear_digest();
    requests[3].mutable_sign()->clear_digest_algorithm();
    requests[4].mutable_sign()->set_content_type("not an object identifier");
    requests[5].mutable_sign()->add_identity(std::string(protocol::max_text + 1, 'x'));
    for (int i = 0; i < protocol::max_digests; ++i)
        requests[6].mutable_sign()->add_digest(digest);
    for (int i = 0; i <= protocol::max_signers; ++i)
        requests[7].mutable_sign()->add_identity(session.label(KeyType::p256));
    for (int i = 0; i <= protocol::max_recipient_infos; ++i)
        requests[8].mutable_unwrap()->add_recipient_info("x");
    for (std::size_t i = 0; i < requests.size(); ++i) {
        CAPTURE(i);
        requests[i].set_id(100 + i);
        client.send(frame(requests[i]));
        const protocol::Reply answer = reply(client);
        CHECK(answer.id() == 100 + i);
        // What is no content type that the agent signs is refused, whether it is an object identifier or not.
        CHECK((answer.status() == protocol::MALFORMED || answer.status() == protocol::TOO_LARGE ||
               (i == 4 && answer.status() == protocol::REFUSED)));
        CHECK(answer.sign().signed_data_size() == 0);
    }
    CHECK(session.audit_records("sign", "begun") == 0);
    check_serves(session);
}

TEST_CASE("garbage of any kind leaves the agent alive") {
    Session session({KeyType::p256});
    const auto seed = std::random_device{}();
    CAPTURE(seed);
    std::mt19937 random(seed);
    std::uniform_int_distribution<int> byte(0, 255);
    std::uniform_int_distribution<std::size_t> length(1, 300);
    for (int round = 0; round < 300; ++round) {
        std::string garbage(length(random), '\0');
        for (char& each : garbage)
            each = static_cast<char>(byte(random));
        RawClient client(session.agent().socket());
        if (round % 3 == 0) {
            client.send(garbage);
        } else {
            if (round % 3 == 1)
                client.send(frame(hello()));
            client.send(frame_of_bytes(garbage));
        }
        client.finish_sending();
        while (client.receive()) {
        }
    }
    check_serves(session);
}

TEST_CASE("clients that ask for much at once leave each other one request at a time") {
    BusyAlice busy({KeyType::p256}, 4, "30s");
    check_done(busy.signet({"sign", "report.txt"}));
    const auto sign = sign_request();
    protocol::Request status;
    status.set_id(2);
    status.mutable_status();
    // What a later version may add: field 99, as long as a frame may be.
    const std::string small = sign.SerializeAsString();
    const std::size_t rest = protocol::max_frame_size - small.size() - 5;
    std::string large = small + "\x9a\x06";
    for (const unsigned shift : {0U, 7U, 14U})
        large += static_cast<char>((rest >> shift & 0x7fU) | (shift == 14 ? 0U : 0x80U));
    large += std::string(rest, 'x');

    // Whether the agent reads a second request before it has answered the first.
    const auto reads_ahead = [&] {
        RawClient client(busy.agent.socket());
        client.send(frame(hello()) + frame(sign) + frame(status));
        CHECK(reply(client).status() == protocol::DONE);
        const auto first = reply(client);
        CHECK(first.status() == protocol::DONE);
        return first.id() == 2;
    };
    busy.module.follow("C_Sign delay 3000ms");
    CHECK(reads_ahead());
    std::vector<std::unique_ptr<RawClient>> greedy;
    std::vector<std::thread> senders;
    for (int i = 0; i < 2; ++i) {
        greedy.push_back(std::make_unique<RawClient>(busy.agent.socket()));
        greedy.back()->send(frame(hello()));
        CHECK(reply(*greedy.back()).status() == protocol::DONE);
        // More than is ever read, so that what is answered is followed by another.
        senders.emplace_back([&client = *greedy.back(), bytes = frame_of_bytes(large)] {
            for (std::size_t sent = 0; sent < protocol::max_pipelined; ++sent)
                client.send(bytes);
        });
    }
    CHECK(wait_until([&] { return !reads_ahead(); }));
    for (std::size_t i = 0; i < greedy.size(); ++i) {
        greedy[i]->finish_sending();
        senders[i].join();
    }
    greedy.clear();
    CHECK(wait_until(reads_ahead));
}

TEST_CASE("what a client asked that has gone is dropped, also when it had asked for all that it may") {
    BusyAlice busy({KeyType::p256}, 4, "30s");
    check_done(busy.signet({"sign", "report.txt"}));
    // So long that it has gone before it has a signature.
    busy.module.follow("C_Sign delay 3000ms");
    auto client = std::make_unique<RawClient>(busy.agent.socket());
    std::string bytes = frame(hello());
    for (std::size_t i = 0; i < protocol::max_pipelined; ++i)
        bytes += frame(sign_request());
    client->send(bytes);
    REQUIRE(wait_until([&] { return !busy.outstanding(0); }));
    SECTION("closed") {
        client.reset();
    }
    SECTION("half closed") {
        client->finish_sending();
    }
    REQUIRE(wait_until([&] { return busy.outstanding(0); }));
    CHECK(audit_records(busy.agent, "sign", "begun") < 1 + protocol::max_pipelined);
    CHECK(
        wait_until([&] { return audit_records(busy.agent, "sign", "STOPPING") == protocol::max_pipelined; }));
}

TEST_CASE("what a client asked that had gone before the agent looked is dropped") {
    BusyAlice busy({KeyType::p256}, 4, "30s");
    check_done(busy.signet({"sign", "report.txt"}));
    busy.module.follow("C_Sign delay 500ms");
    std::string requests;
    for (std::size_t i = 0; i < protocol::max_pipelined; ++i)
        requests += frame(sign_request());
    const auto send_and_go = [&](std::unique_ptr<RawClient> client, const std::string& bytes) {
        const pid_t pid = busy.agent.process().pid();
        REQUIRE(kill(pid, SIGSTOP) == 0);
        client->send(bytes);
        client.reset();
        REQUIRE(kill(pid, SIGCONT) == 0);
        REQUIRE(wait_until([&] { return busy.outstanding(0); }));
    };

    // Before its Hello was answered, nothing at all is done for it.
    send_and_go(std::make_unique<RawClient>(busy.agent.socket()), frame(hello()) + requests);
    CHECK(audit_records(busy.agent, "sign", "begun") == 1);

    auto greeted = std::make_unique<RawClient>(busy.agent.socket());
    greeted->send(frame(hello()));
    CHECK(reply(*greeted).status() == protocol::DONE);
    send_and_go(std::move(greeted), requests);
    CHECK(audit_records(busy.agent, "sign", "begun") < 1 + protocol::max_pipelined);
}

TEST_CASE("clients that say nothing, or read no answer, keep nobody waiting") {
    Session session({KeyType::p256});
    std::vector<std::unique_ptr<RawClient>> silent(50);
    for (std::unique_ptr<RawClient>& client : silent)
        client = std::make_unique<RawClient>(session.agent().socket());
    RawClient deaf(session.agent().socket());
    deaf.send(frame(hello()));
    protocol::Request request;
    request.mutable_list()->set_certificates(true);
    std::string many;
    for (int i = 0; i < 60; ++i)
        protocol::append_frame(many, request);
    deaf.send(many);
    check_serves(session);
}
