// One client: frames in, replies out.
#pragma once

#include "agent/agent.h"
#include "agent/broadcast.h"
#include "agent/peer.h"
#include "agent/protocol/signet.pb.h"
#include "agent/wiped_buffer.h"

#include <cstddef>
#include <functional>
#include <memory>
#include <string>

namespace signet::agent {

/// Reads requests while fewer than max_pipelined are unanswered (and, of all clients, fewer bytes than
/// max_unanswered_bytes, or none of this one), serves them side by side, and writes the
/// replies that are ready in one go. On the loop's thread only; owned by shared_ptr; ends by itself.
class Connection : public std::enable_shared_from_this<Connection> {
  public:
    /// Bytes of replies that a client may leave unread; above it the connection is closed.
    static constexpr std::size_t max_unread = std::size_t{4} << 20;
    /// Bytes of requests of all clients that are unanswered, above which each has one at a time.
    static constexpr std::size_t max_unanswered_bytes = std::size_t{64} << 20;

    /// `peer` was let in. `ended` is called once, when nothing of the connection is left to do.
    Connection(Agent& agent, asio::local::stream_protocol::socket socket, Peer peer,
               std::function<void(ClientId)> ended);
    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;
    Connection(Connection&&) = delete;
    Connection& operator=(Connection&&) = delete;

    /// Reads from now on; once.
    void start();
    /// Reads no more; closes when what is unanswered is answered.
    void drain();
    /// At once.
    void close();

  private:
    struct Exchange;

    static asio::awaitable<void> read(std::shared_ptr<Connection> self);
    static asio::awaitable<void> answer(std::shared_ptr<Connection> self, std::unique_ptr<Exchange> exchange);
    /// Whether more may come after this message.
    bool take_message(std::string_view message);
    bool take_hello(Exchange& exchange);
    bool take_frames();
    [[nodiscard]] bool has_room() const noexcept;
    /// Closes when the client does, while nothing is read that would tell.
    void watch_for_end();
    void reply(protocol::Reply& reply);
    void flush_soon();
    void flush();

    Agent& m_agent;
    asio::local::stream_protocol::socket m_socket;
    Peer m_peer;
    std::function<void(ClientId)> m_ended;
    Broadcast m_answered;
    asio::steady_timer m_watch;
    WipedBuffer m_in;
    WipedBuffer m_out;
    std::size_t m_unanswered = 0;
    bool m_greeted = false;
    bool m_reading = true;
    bool m_flushing = false;
    bool m_watching = false;
    bool m_closed = false;
};

}  // namespace signet::agent
