// Accepts connections, of the agent's own uid.
#pragma once

#include "agent/agent.h"
#include "agent/connection.h"
#include "agent/listening_socket.h"

#include <boost/asio/basic_socket_acceptor.hpp>

#include <cstddef>
#include <memory>
#include <unordered_map>

namespace signet::agent {

/// Asks the kernel who a peer is before a byte of it is read, and closes strangers. On the loop's thread
/// only.
class Listener {
  public:
    /// Connections at once; one more is closed.
    static constexpr std::size_t max_connections = 1024;

    /// Accepts nothing yet. `agent` must outlive it.
    Listener(Agent& agent, ListeningSocket socket);

    /// Accepts from now on; once.
    void start();
    /// Accepts no more, and lets every connection finish what is unanswered.
    void drain();
    /// Ends every connection at once.
    void close_all();
    /// Whether nothing is accepted any more, and every connection has ended.
    [[nodiscard]] bool idle() const noexcept { return m_connections.empty() && !m_accepting; }

  private:
    asio::awaitable<void> accept();
    void admit(asio::local::stream_protocol::socket socket);

    Agent& m_agent;
    ListeningSocket m_socket;
    asio::local::stream_protocol::acceptor m_acceptor;
    asio::steady_timer m_pause;
    std::unordered_map<ClientId, std::shared_ptr<Connection>> m_connections;
    ClientId m_last_client = 0;
    bool m_accepting = false;
};

}  // namespace signet::agent
