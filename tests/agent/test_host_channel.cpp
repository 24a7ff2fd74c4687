#include "tests/agent/played_token.h"

#include <sys/socket.h>
#include <unistd.h>

#include <optional>

using namespace signet::agent;
using namespace signet::tests;

TEST_CASE("answers find their requests in whatever order they come") {
    PlayedToken played;
    auto first = sign_datagram();
    auto second = sign_datagram();
    std::optional<Answer> first_answer;
    std::optional<Answer> second_answer;
    played.begin(first, first_answer);
    played.begin(second, second_answer);
    CHECK(played.channel->outstanding() == 2);
    const auto first_id = played.receive().id();
    const auto second_id = played.receive().id();
    CHECK(first_id != second_id);
    played.send(output(second_id, "two"));
    played.send(output(first_id, "one"));
    played.hang_up();
    played.serve();
    played.finish();

    REQUIRE((first_answer && second_answer));
    CHECK(first_answer->ok());
    CHECK(first_answer->signature == "one");
    CHECK(second_answer->signature == "two");
    CHECK(played.freed == 2);
    CHECK(played.trouble == "closed its channel");
}

TEST_CASE("a plaintext comes as a Secret") {
    PlayedToken played;
    token_protocol::Request request;
    request.mutable_decrypt()->set_ciphertext("c");
    std::optional<Answer> answer;
    played.begin(request, answer);
    played.send(output(played.receive().id(), "plain"));
    played.hang_up();
    played.serve();
    played.finish();
    REQUIRE(answer);
    CHECK(answer->secret.reveal() == "plain");
    CHECK(answer->signature.empty());
}

TEST_CASE("the PIN of a login is wiped once it is sent") {
    PlayedToken played;
    token_protocol::Request request;
    request.mutable_login()->set_pin("123456");
    std::optional<Answer> answer;
    played.begin(request, answer);
    CHECK(request.login().pin().empty());
    CHECK(played.receive().login().pin() == "123456");
    played.hang_up();
    played.serve();
    played.finish();
    REQUIRE(answer);
    CHECK(answer->fate == Fate::lost);
}

TEST_CASE("what is outstanding when the channel ends is lost") {
    PlayedToken played;
    auto request = sign_datagram();
    std::optional<Answer> answer;
    played.begin(request, answer);
    played.serve();
    played.hang_up();
    played.finish();
    REQUIRE(answer);
    CHECK(answer->fate == Fate::lost);
    CHECK(played.channel->outstanding() == 0);
}

TEST_CASE("a request that passes its deadline is told from those that it takes along") {
    PlayedToken played;
    auto late = sign_datagram();
    auto other = sign_datagram();
    std::optional<Answer> late_answer;
    std::optional<Answer> other_answer;
    played.begin(late, late_answer, std::chrono::milliseconds{1});
    played.begin(other, other_answer);
    played.serve();
    played.finish();
    REQUIRE((late_answer && other_answer));
    CHECK(late_answer->fate == Fate::timed_out);
    CHECK(other_answer->fate == Fate::lost);
    // Either may be the one that hangs: they may have been at work at the same time.
    CHECK_FALSE(late_answer->alone);
    CHECK_FALSE(other_answer->alone);
    CHECK(played.trouble.find("deadline") != std::string::npos);
}

TEST_CASE("a short deadline after a long one is kept") {
    PlayedToken played;
    token_protocol::Request login;
    login.mutable_login();
    std::optional<Answer> login_answer;
    played.begin(login, login_answer, std::chrono::hours{1});
    played.serve();
    token_protocol::Reply done;
    done.set_id(played.receive().id());
    played.send(done);
    played.loop.poll();
    played.loop.restart();
    REQUIRE(login_answer);

    auto request = sign_datagram();
    std::optional<Answer> answer;
    played.begin(request, answer, std::chrono::milliseconds{1});
    played.finish();
    REQUIRE(answer);
    CHECK(answer->fate == Fate::timed_out);
    CHECK(answer->alone);
}

TEST_CASE("the time of a request begins when those before it have been answered") {
    PlayedToken played;
    auto slow = sign_datagram();
    auto second = sign_datagram();
    std::optional<Answer> slow_answer;
    std::optional<Answer> second_answer;
    played.begin(slow, slow_answer);
    played.begin(second, second_answer, std::chrono::milliseconds{1});
    played.serve();
    // Far longer than the second one may take.
    played.loop.run_for(std::chrono::milliseconds{50});
    played.loop.restart();
    CHECK_FALSE(second_answer);
    played.send(output(played.receive().id(), "slow"));
    played.finish();
    REQUIRE((slow_answer && second_answer));
    CHECK(slow_answer->ok());
    CHECK(second_answer->fate == Fate::timed_out);
}

TEST_CASE("answers that came while the agent itself was late count") {
    PlayedToken played;
    auto request = sign_datagram();
    std::optional<Answer> answer;
    played.begin(request, answer, std::chrono::milliseconds{1});
    played.send(output(played.receive().id(), "signature"));
    ::usleep(20'000);
    // The clock is looked at before anything is received.
    played.loop.poll();
    played.hang_up();
    played.serve();
    played.finish();
    REQUIRE(answer);
    CHECK(answer->ok());
    CHECK(played.trouble == "closed its channel");
}

TEST_CASE("a channel that breaks the protocol is ended") {
    PlayedToken played;
    auto request = sign_datagram();
    std::optional<Answer> answer;
    played.begin(request, answer);
    SECTION("an answer to nothing") {
        played.send(output(12345, "x"));
    }
    SECTION("a part of an answer that is one") {
        auto part = output(played.receive().id(), "x");
        part.set_more(true);
        played.send(part);
    }
    SECTION("no message") {
        REQUIRE(::send(played.token.get(), "\xff\xff\xff", 3, MSG_NOSIGNAL) == 3);
    }
    SECTION("a message that is too long") {
        const std::string bytes(token_protocol::max_datagram + 1, '\0');
        REQUIRE(::send(played.token.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL) > 0);
    }
    played.serve();
    played.finish();
    REQUIRE(answer);
    CHECK(answer->fate == Fate::lost);
    CHECK(played.trouble == "broke the protocol");
}

TEST_CASE("requests that do not fit into the socket wait and are all sent") {
    PlayedToken played;
    constexpr std::size_t count = 64;
    std::vector<token_protocol::Request> requests(count);
    std::vector<std::optional<Answer>> answers(count);
    for (std::size_t i = 0; i < count; ++i) {
        requests[i].mutable_decrypt()->set_ciphertext(std::string(std::size_t{100} * 1024, 'c'));
        played.begin(requests[i], answers[i]);
    }
    played.serve();
    for (std::size_t i = 0; i < count; ++i) {
        const auto request = played.receive();
        CHECK(request.decrypt().ciphertext().size() == std::size_t{100} * 1024);
        played.send(output(request.id(), "ok"));
        played.loop.poll();
        played.loop.restart();
    }
    played.hang_up();
    played.finish();
    for (const auto& answer : answers) {
        REQUIRE(answer);
        CHECK(answer->ok());
    }
}

TEST_CASE("tokens that come and go are told between the answers, and answer nothing") {
    PlayedToken played;
    auto request = sign_datagram();
    std::optional<Answer> answer;
    played.begin(request, answer);
    played.serve();
    const auto id = played.receive().id();
    token_protocol::Reply changed;
    changed.mutable_slots_changed()->add_emptied(7);
    changed.mutable_slots_changed()->add_filled(9);
    played.send(changed);
    played.send(output(id, "signature"));
    played.hang_up();
    played.finish();
    REQUIRE(answer);
    CHECK(answer->signature == "signature");
    REQUIRE(played.slots_changed.size() == 1);
    CHECK(played.slots_changed[0].emptied(0) == 7);
    CHECK(played.slots_changed[0].filled(0) == 9);
}
