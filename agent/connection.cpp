#include "agent/connection.h"

#include "agent/dispatch.h"
#include "agent/error.h"
#include "agent/handlers.h"
#include "agent/protocol/frame.h"
#include "agent/spawn.h"

#include <google/protobuf/message_lite.h>
#include <poll.h>
#include <spdlog/spdlog.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

namespace signet::agent {

namespace {

constexpr std::size_t read_size = std::size_t{16} * 1024;
constexpr auto watch_again = std::chrono::milliseconds{500};

void wipe_secrets(protocol::Request& request) {
    if (request.has_unlock() && request.unlock().has_pin())
        wipe(*request.mutable_unlock()->mutable_pin());
    if (request.has_initialise_token()) {
        wipe(*request.mutable_initialise_token()->mutable_so_pin());
        wipe(*request.mutable_initialise_token()->mutable_pin());
    }
    if (request.has_change_pin()) {
        wipe(*request.mutable_change_pin()->mutable_old_pin());
        wipe(*request.mutable_change_pin()->mutable_new_pin());
    }
}

}  // namespace

/// A request and its reply; both may hold a secret.
struct Connection::Exchange {
    Exchange(std::size_t& of_all, std::size_t own) noexcept : bytes_of_all(of_all), bytes(own) {
        bytes_of_all += bytes;
    }
    ~Exchange() {
        bytes_of_all -= bytes;
        wipe_secrets(request);
        if (reply.has_unwrap())
            wipe(*reply.mutable_unwrap()->mutable_key());
    }
    Exchange(const Exchange&) = delete;
    Exchange& operator=(const Exchange&) = delete;
    Exchange(Exchange&&) = delete;
    Exchange& operator=(Exchange&&) = delete;

    std::size_t& bytes_of_all;
    std::size_t bytes;
    protocol::Request request;
    protocol::Reply reply;
};

Connection::Connection(Agent& agent, asio::local::stream_protocol::socket socket, Peer peer,
                       std::function<void(ClientId)> ended)
    : m_agent(agent),
      m_socket(std::move(socket)),
      m_peer(std::move(peer)),
      m_ended(std::move(ended)),
      m_answered(agent.loop),
      m_watch(agent.loop) {}

Connection::~Connection() = default;

void Connection::start() {
    spawn(m_agent.loop, read(shared_from_this()));
}

asio::awaitable<void> Connection::read(std::shared_ptr<Connection> self) {
    auto& in = self->m_in;
    while (self->m_reading) {
        if (!self->take_frames())
            break;
        if (!self->has_room())
            self->watch_for_end();
        while (!self->has_room() && self->m_reading)
            co_await self->m_answered.wait_until(Clock::time_point::max());
        if (!self->m_reading)
            break;
        // Frames may be left from when too much was unanswered.
        if (protocol::parse_frame(in.view()).state != protocol::FrameState::incomplete)
            continue;
        const auto room = in.prepare(read_size);
        boost::system::error_code failed;
        auto token = asio::redirect_error(asio::use_awaitable, failed);
        const auto buffer = asio::buffer(room.data(), room.size());
        const auto size = co_await self->m_socket.async_read_some(buffer, token);
        if (!failed)
            in.commit(size);
        else if (self->m_reading)
            self->close();
    }
    self->m_reading = false;
    if (self->m_unanswered > 0 && !self->m_closed)
        self->watch_for_end();
    while (self->m_unanswered > 0)
        co_await self->m_answered.wait_until(Clock::time_point::max());
    self->flush();
    while (self->m_flushing && !self->m_closed)
        co_await self->m_answered.wait_until(Clock::time_point::max());
    self->close();
    self->m_ended(self->m_peer.id);
}

bool Connection::has_room() const noexcept {
    // One request of each client is always served, so that nobody is shut out by the others'.
    return m_unanswered == 0 ||
           (m_unanswered < protocol::max_pipelined && m_agent.unanswered_bytes < max_unanswered_bytes);
}

void Connection::watch_for_end() {
    // Looked at now and then: Asio tells neither of an end that was there before it waits nor of half a
    // close, and of urgent bytes without end. What drain() has shut itself tells nothing of the client.
    pollfd asked{m_socket.native_handle(), static_cast<short>(m_reading ? POLLRDHUP : 0), 0};
    if (::poll(&asked, 1, 0) == 1)
        return close();
    if (std::exchange(m_watching, true))
        return;
    m_watch.expires_after(watch_again);
    m_watch.async_wait([watched = weak_from_this()](const boost::system::error_code& cancelled) {
        const auto self = watched.lock();
        if (cancelled || !self || self->m_closed)
            return;
        self->m_watching = false;
        if (!self->has_room() || !self->m_reading)
            self->watch_for_end();
    });
}

bool Connection::take_frames() {
    while (!m_closed && has_room()) {
        const auto frame = protocol::parse_frame(m_in.view());
        if (frame.state == protocol::FrameState::incomplete)
            return true;
        if (frame.state == protocol::FrameState::too_long) {
            spdlog::warn("process {} sent a frame with a length that cannot be", m_peer.pid);
            return false;
        }
        const bool goes_on = take_message(frame.message);
        m_in.consume(frame.size);
        if (!goes_on)
            return false;
    }
    return true;
}

bool Connection::take_message(std::string_view message) {
    auto exchange = std::make_unique<Exchange>(m_agent.unanswered_bytes, message.size());
    const bool parsed = exchange->request.ParseFromArray(message.data(), static_cast<int>(message.size()));
    if (!parsed) {
        const Error malformed(protocol::MALFORMED, "the message is not what the protocol says",
                              "mend the client");
        set_failure(exchange->reply, std::make_exception_ptr(malformed));
        reply(exchange->reply);
        return false;
    }
    if (!m_greeted)
        return take_hello(*exchange);
    ++m_unanswered;
    spawn(m_agent.loop, answer(shared_from_this(), std::move(exchange)));
    return true;
}

bool Connection::take_hello(Exchange& exchange) {
    exchange.reply.set_id(exchange.request.id());
    try {
        if (!exchange.request.has_hello())
            throw Error(protocol::MALFORMED, "the first message is not hello", "mend the client");
        row_of(protocol::Request::kHello)->check(exchange.request);
        greet(m_peer, *exchange.request.mutable_hello(), exchange.reply);
        m_greeted = true;
    } catch (...) {
        set_failure(exchange.reply, std::current_exception());
    }
    reply(exchange.reply);
    return m_greeted;
}

asio::awaitable<void> Connection::answer(std::shared_ptr<Connection> self,
                                         std::unique_ptr<Exchange> exchange) {
    co_await serve(self->m_agent, self->m_peer, exchange->request, exchange->reply);
    --self->m_unanswered;
    self->reply(exchange->reply);
    self->m_answered.notify_all();
}

void Connection::reply(protocol::Reply& reply) {
    if (m_closed)
        return;
    auto size = reply.ByteSizeLong();
    if (size > protocol::max_frame_size) {
        const Error too_large(protocol::TOO_LARGE, "the reply would be above the size of a frame",
                              "ask for less at once");
        set_failure(reply, std::make_exception_ptr(too_large));
        size = reply.ByteSizeLong();
    }
    if (m_out.size() + size > max_unread) {
        spdlog::warn("process {} does not read its replies", m_peer.pid);
        return close();
    }
    const auto room = m_out.prepare(protocol::frame_header_size + size);
    protocol::write_frame(room.data(), reply);
    m_out.commit(protocol::frame_header_size + size);
    flush_soon();
}

void Connection::flush_soon() {
    if (std::exchange(m_flushing, true))
        return;
    if (m_unanswered == 0)
        return flush();
    // After what is ready now: replies that become ready together leave together.
    asio::post(m_agent.loop, [self = shared_from_this()] { self->flush(); });
}

void Connection::flush() {
    while (!m_closed && !m_out.empty()) {
        const auto bytes = m_out.view();
        const auto sent =
            ::send(m_socket.native_handle(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent >= 0) {
            m_out.consume(static_cast<std::size_t>(sent));
        } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
            m_flushing = true;
            m_socket.async_wait(
                asio::local::stream_protocol::socket::wait_write,
                [self = shared_from_this()](const boost::system::error_code&) { self->flush(); });
            return;
        } else if (errno != EINTR) {
            close();
        }
    }
    m_flushing = false;
    if (!m_reading)
        m_answered.notify_all();
}

void Connection::drain() {
    if (!std::exchange(m_reading, false))
        return;
    // Ends the read under way; what is unanswered is still written.
    boost::system::error_code gone;
    m_socket.shutdown(asio::local::stream_protocol::socket::shutdown_receive, gone);
    m_answered.notify_all();
}

void Connection::close() {
    if (std::exchange(m_closed, true))
        return;
    m_reading = false;
    boost::system::error_code failed;
    m_socket.close(failed);
    m_answered.notify_all();
    // Nobody waits for what it asked.
    m_peer.gone = true;
    if (m_unanswered == 0)
        return;
    // Not from here: a host or a login may be the caller.
    asio::post(m_agent.loop, [self = shared_from_this()] {
        self->m_agent.hosts.drop(self->m_peer.id);
        self->m_agent.logins.client_gone();
    });
}

}  // namespace signet::agent
