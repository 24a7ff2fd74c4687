// A Scan over the channel: an answer in parts.
#include "tests/agent/played_token.h"

#include <chrono>
#include <cstdint>
#include <optional>

using namespace signet::agent;
using namespace signet::tests;

TEST_CASE("a scan collects its parts") {
    PlayedToken played;
    auto request = scan_datagram();
    std::optional<Answer> answer;
    played.begin(request, answer);
    const auto id = played.receive().id();
    for (int i = 0; i < 3; ++i) {
        token_protocol::Reply part;
        part.set_id(id);
        part.set_more(true);
        part.mutable_token()->set_slot(static_cast<std::uint64_t>(i));
        played.send(part);
    }
    token_protocol::Reply last;
    last.set_id(id);
    played.send(last);
    played.hang_up();
    played.serve();
    played.finish();
    REQUIRE(answer);
    CHECK(answer->ok());
    REQUIRE(answer->parts.size() == 3);
    CHECK(answer->parts[2].token().slot() == 2);
}

TEST_CASE("a scan is alive as long as its parts come") {
    PlayedToken played;
    auto request = scan_datagram();
    std::optional<Answer> answer;
    played.begin(request, answer, std::chrono::milliseconds{1500});
    played.serve();
    token_protocol::Reply part;
    part.set_id(played.receive().id());
    part.set_more(true);
    for (int i = 0; i < 6; ++i) {
        played.loop.run_for(std::chrono::milliseconds{400});
        played.loop.restart();
        played.send(part);
        played.loop.poll();
        played.loop.restart();
    }
    part.set_more(false);
    played.send(part);
    played.hang_up();
    played.finish();
    REQUIRE(answer);
    CHECK(answer->ok());
}

TEST_CASE("a scan whose parts trickle is ended") {
    PlayedToken played;
    auto request = scan_datagram();
    std::optional<Answer> answer;
    played.begin(request, answer, std::chrono::milliseconds{100});
    played.serve();
    token_protocol::Reply part;
    part.set_id(played.receive().id());
    part.set_more(true);
    played.trickle(part, answer);
    played.finish();
    REQUIRE(answer);
    CHECK(answer->fate == Fate::timed_out);
}

TEST_CASE("a scan whose parts trickle is ended, also when an older request was there as it began") {
    PlayedToken played;
    auto older = sign_datagram();
    auto request = scan_datagram();
    std::optional<Answer> older_answer;
    std::optional<Answer> answer;
    played.begin(older, older_answer);
    played.begin(request, answer, std::chrono::milliseconds{100});
    played.serve();
    const auto older_id = played.receive().id();
    token_protocol::Reply part;
    part.set_id(played.receive().id());
    part.set_more(true);
    played.send(part);
    played.send(output(older_id, "older"));
    played.trickle(part, answer);
    played.hang_up();
    played.finish();
    REQUIRE((older_answer && answer));
    CHECK(older_answer->ok());
    CHECK(answer->fate == Fate::timed_out);
}

TEST_CASE("a scan without end is ended") {
    PlayedToken played;
    auto request = scan_datagram();
    std::optional<Answer> answer;
    played.begin(request, answer);
    const auto id = played.receive().id();
    played.serve();
    token_protocol::Reply part;
    part.set_id(id);
    part.set_more(true);
    part.mutable_certificate()->set_der(std::string(std::size_t{64} * 1024, 'x'));
    for (std::size_t sent = 0; sent <= token_protocol::max_parts_size; sent += std::size_t{64} * 1024) {
        played.send(part);
        played.loop.poll();
        played.loop.restart();
        if (answer)
            break;
    }
    played.finish();
    REQUIRE(answer);
    CHECK(answer->fate == Fate::lost);
    CHECK(played.trouble.find("more objects") != std::string::npos);
}
