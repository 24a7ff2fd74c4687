#include "agent/listener.h"
#include "agent/spawn.h"

#include <spdlog/spdlog.h>

#include <system_error>

namespace signet::agent {

namespace {

/// Without descriptors or memory, accepting again at once would only spin.
constexpr auto accept_pause = std::chrono::milliseconds{100};

}  // namespace

Listener::Listener(Agent& agent, ListeningSocket socket)
    : m_agent(agent), m_socket(std::move(socket)), m_acceptor(agent.loop), m_pause(agent.loop) {
    m_acceptor.assign(asio::local::stream_protocol(), m_socket.take_descriptor().release());
}

void Listener::start() {
    m_accepting = true;
    spawn(m_agent.loop, accept());
}

asio::awaitable<void> Listener::accept() {
    while (m_acceptor.is_open()) {
        asio::local::stream_protocol::socket socket(m_agent.loop);
        boost::system::error_code failed;
        auto token = asio::redirect_error(asio::use_awaitable, failed);
        co_await m_acceptor.async_accept(socket, token);
        if (!failed) {
            admit(std::move(socket));
            continue;
        }
        if (!m_acceptor.is_open())
            break;
        spdlog::error("a connection cannot be accepted: {}", failed.message());
        m_pause.expires_after(accept_pause);
        boost::system::error_code woken;
        auto pause_token = asio::redirect_error(asio::use_awaitable, woken);
        co_await m_pause.async_wait(pause_token);
    }
    m_accepting = false;
}

void Listener::admit(asio::local::stream_protocol::socket socket) {
    try {
        auto peer = peer_of(socket.native_handle());
        peer.id = ++m_last_client;
        if (!may_connect(peer)) {
            ++m_agent.counters.strangers;
            spdlog::warn("process {} of uid {} was turned away", peer.pid, peer.uid);
            return;
        }
        if (m_connections.size() >= max_connections) {
            spdlog::warn("process {} was turned away: {} connections are open", peer.pid,
                         m_connections.size());
            return;
        }
        const auto id = peer.id;
        auto connection =
            std::make_shared<Connection>(m_agent, std::move(socket), std::move(peer), [this](ClientId ended) {
                m_connections.erase(ended);
                m_agent.clients = m_connections.size();
            });
        connection->start();
        m_connections.emplace(id, std::move(connection));
        m_agent.clients = m_connections.size();
    } catch (const std::exception& error) {
        spdlog::error("a connection cannot be served: {}", error.what());
    }
}

void Listener::drain() {
    boost::system::error_code failed;
    m_acceptor.close(failed);
    m_pause.cancel();
    for (const auto& [id, connection] : m_connections)
        connection->drain();
}

void Listener::close_all() {
    const auto connections = m_connections;
    for (const auto& [id, connection] : connections) {
        m_agent.hosts.drop(id);
        connection->close();
    }
}

}  // namespace signet::agent
