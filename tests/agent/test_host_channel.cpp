#include "agent/host_channel.h"

#include "tests/catch.h"
#include "token/protocol/datagram.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <optional>
#include <stdexcept>

using namespace signet::agent;
namespace token_protocol = signet::token::protocol;

namespace {

constexpr auto patience = std::chrono::seconds{30};

/// A channel whose other end the test plays.
struct Played {
    Played() {
        int ends[2];
        if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
            throw std::runtime_error("socketpair");
        token = UniqueDescriptor(ends[1]);
        ::fcntl(ends[0], F_SETFL, O_NONBLOCK);
        channel = std::make_shared<HostChannel>(loop, UniqueDescriptor(ends[0]), [this] { ++freed; });
    }

    static asio::awaitable<void> ask(Played& self, token_protocol::Request& request, Clock::duration limit,
                                     std::optional<Answer>& answer) {
        auto start = [&](Completion<Answer> done) { self.channel->send(request, limit, std::move(done)); };
        answer = co_await wait_for<Answer>(self.loop, start);
    }
    static asio::awaitable<void> run(Played& self) { self.trouble = co_await self.channel->run(); }

    void begin(token_protocol::Request& request, std::optional<Answer>& answer,
               Clock::duration limit = patience) {
        asio::co_spawn(loop, ask(*this, request, limit, answer), asio::detached);
        loop.poll();
        loop.restart();
    }
    void serve() { asio::co_spawn(loop, run(*this), asio::detached); }
    /// Until every coroutine has ended.
    void finish() {
        loop.restart();
        loop.run_for(patience);
        REQUIRE(loop.stopped());
    }

    token_protocol::Request receive() const {
        std::string bytes(token_protocol::max_datagram, '\0');
        const auto size = ::recv(token.get(), bytes.data(), bytes.size(), 0);
        REQUIRE(size > 0);
        token_protocol::Request request;
        REQUIRE(request.ParseFromArray(bytes.data(), static_cast<int>(size)));
        return request;
    }
    void send(const token_protocol::Reply& reply) const {
        const auto bytes = reply.SerializeAsString();
        REQUIRE(::send(token.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL) ==
                static_cast<ssize_t>(bytes.size()));
    }
    void hang_up() { token.reset(); }

    asio::io_context loop;
    UniqueDescriptor token;
    std::shared_ptr<HostChannel> channel;
    std::string trouble;
    int freed = 0;
};

token_protocol::Request sign_request() {
    token_protocol::Request request;
    request.mutable_sign()->set_digest("digest");
    return request;
}

token_protocol::Reply output(std::uint64_t id, const std::string& bytes) {
    token_protocol::Reply reply;
    reply.set_id(id);
    reply.set_output(bytes);
    return reply;
}

}  // namespace

TEST_CASE("answers find their requests in whatever order they come") {
    Played played;
    auto first = sign_request();
    auto second = sign_request();
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
    Played played;
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
    Played played;
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

TEST_CASE("a scan collects its parts") {
    Played played;
    token_protocol::Request request;
    request.mutable_scan();
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

TEST_CASE("what is outstanding when the channel ends is lost") {
    Played played;
    auto request = sign_request();
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
    Played played;
    auto late = sign_request();
    auto other = sign_request();
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
    Played played;
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

    auto request = sign_request();
    std::optional<Answer> answer;
    played.begin(request, answer, std::chrono::milliseconds{1});
    played.finish();
    REQUIRE(answer);
    CHECK(answer->fate == Fate::timed_out);
    CHECK(answer->alone);
}

TEST_CASE("the time of a request begins when those before it have been answered") {
    Played played;
    auto slow = sign_request();
    auto second = sign_request();
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
    Played played;
    auto request = sign_request();
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

TEST_CASE("a scan is alive as long as its parts come") {
    Played played;
    token_protocol::Request request;
    request.mutable_scan();
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

TEST_CASE("a channel that breaks the protocol is ended") {
    Played played;
    auto request = sign_request();
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

TEST_CASE("a scan whose parts trickle is ended") {
    Played played;
    token_protocol::Request request;
    request.mutable_scan();
    std::optional<Answer> answer;
    played.begin(request, answer, std::chrono::milliseconds{100});
    played.serve();
    token_protocol::Reply part;
    part.set_id(played.receive().id());
    part.set_more(true);
    for (int i = 0; i < 1000 && !answer; ++i) {
        played.loop.run_for(std::chrono::milliseconds{20});
        played.loop.restart();
        if (!answer)
            played.send(part);
    }
    played.finish();
    REQUIRE(answer);
    CHECK(answer->fate == Fate::timed_out);
}

TEST_CASE("a scan whose parts trickle is ended, also when an older request was there as it began") {
    Played played;
    auto older = sign_request();
    token_protocol::Request request;
    request.mutable_scan();
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
    for (int i = 0; i < 1000 && !answer; ++i) {
        played.loop.run_for(std::chrono::milliseconds{20});
        played.loop.restart();
        if (!answer)
            played.send(part);
    }
    played.hang_up();
    played.finish();
    REQUIRE((older_answer && answer));
    CHECK(older_answer->ok());
    CHECK(answer->fate == Fate::timed_out);
}

TEST_CASE("a scan without end is ended") {
    Played played;
    token_protocol::Request request;
    request.mutable_scan();
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

TEST_CASE("requests that do not fit into the socket wait and are all sent") {
    Played played;
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
