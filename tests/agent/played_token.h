// The other end of a HostChannel.
#pragma once

#include "agent/host_channel.h"
#include "tests/catch.h"
#include "token/protocol/datagram.h"

#include <fcntl.h>
#include <sys/socket.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>

namespace signet::tests {

namespace token_protocol = token::protocol;

inline constexpr auto patience = std::chrono::seconds{30};

/// A agent::HostChannel whose other end, signet-token, the test plays.
struct PlayedToken {
    PlayedToken() {
        int ends[2];
        if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
            throw std::runtime_error("socketpair");
        token = agent::UniqueDescriptor(ends[1]);
        ::fcntl(ends[0], F_SETFL, O_NONBLOCK);
        channel = std::make_shared<agent::HostChannel>(
            loop, agent::UniqueDescriptor(ends[0]), [this] { ++freed; },
            [this](const token::protocol::SlotsChanged& slots) { slots_changed.push_back(slots); });
    }

    static boost::asio::awaitable<void> ask(PlayedToken& self, token_protocol::Request& request,
                                            agent::Clock::duration limit,
                                            std::optional<agent::Answer>& answer) {
        auto start = [&](agent::Completion<agent::Answer> done) {
            self.channel->send(request, limit, std::move(done));
        };
        answer = co_await agent::wait_for<agent::Answer>(self.loop, start);
    }
    static boost::asio::awaitable<void> run(PlayedToken& self) {
        self.trouble = co_await self.channel->run();
    }

    void begin(token_protocol::Request& request, std::optional<agent::Answer>& answer,
               agent::Clock::duration limit = patience) {
        boost::asio::co_spawn(loop, ask(*this, request, limit, answer), boost::asio::detached);
        loop.poll();
        loop.restart();
    }
    void serve() { boost::asio::co_spawn(loop, run(*this), boost::asio::detached); }
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
    /// Sends `part` again and again, but never for long, till there is an answer.
    void trickle(const token_protocol::Reply& part, const std::optional<agent::Answer>& answer) {
        for (int i = 0; i < 1000 && !answer; ++i) {
            loop.run_for(std::chrono::milliseconds{20});
            loop.restart();
            if (!answer)
                send(part);
        }
    }
    void hang_up() { token.reset(); }

    boost::asio::io_context loop;
    agent::UniqueDescriptor token;
    std::shared_ptr<agent::HostChannel> channel;
    std::string trouble;
    int freed = 0;
    std::vector<token::protocol::SlotsChanged> slots_changed;
};

inline token_protocol::Request sign_datagram() {
    token_protocol::Request request;
    request.mutable_sign()->set_digest("digest");
    return request;
}

inline token_protocol::Request scan_datagram() {
    token_protocol::Request request;
    request.mutable_scan();
    return request;
}

inline token_protocol::Reply output(std::uint64_t id, const std::string& bytes) {
    token_protocol::Reply reply;
    reply.set_id(id);
    reply.set_output(bytes);
    return reply;
}

}  // namespace signet::tests
