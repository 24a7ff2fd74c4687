#include "tests/end_to_end/raw_client.h"

#include "agent/protocol/frame.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <stdexcept>

namespace signet::tests {

RawClient::RawClient(const std::filesystem::path& socket_path)
    : m_socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::string name = socket_path.string();
    if (name.size() >= sizeof address.sun_path)
        throw std::runtime_error("too long for a socket: " + name);
    std::memcpy(address.sun_path, name.c_str(), name.size() + 1);
    if (connect(m_socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        close(m_socket);
        throw std::runtime_error("no agent at " + name);
    }
}

RawClient::~RawClient() {
    close(m_socket);
}

void RawClient::send(std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t sent = ::send(m_socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent < 0)
            return;
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
}

std::optional<std::string> RawClient::receive() {
    for (;;) {
        const auto frame = agent::protocol::parse_frame(m_buffer);
        if (frame.state == agent::protocol::FrameState::too_long)
            throw std::runtime_error("the agent sent a frame that is too long");
        if (frame.state == agent::protocol::FrameState::complete) {
            std::string message(frame.message);
            m_buffer.erase(0, frame.size);
            return message;
        }
        pollfd readable{m_socket, POLLIN, 0};
        if (poll(&readable, 1, 20'000) != 1)
            throw std::runtime_error("the agent neither answers nor closes the connection");
        std::array<char, 4096> piece{};
        const ssize_t got = recv(m_socket, piece.data(), piece.size(), 0);
        if (got <= 0)
            return std::nullopt;
        m_buffer.append(piece.data(), static_cast<std::size_t>(got));
    }
}

void RawClient::finish_sending() {
    shutdown(m_socket, SHUT_WR);
}

std::string frame(const google::protobuf::MessageLite& message) {
    std::string bytes;
    agent::protocol::append_frame(bytes, message);
    return bytes;
}

agent::protocol::Request hello(std::uint32_t version) {
    agent::protocol::Request request;
    request.set_id(1);
    request.mutable_hello()->set_version(version);
    return request;
}

agent::protocol::Request sign_request() {
    agent::protocol::Request request;
    request.set_id(1);
    request.mutable_sign()->add_identity("alice-p256");
    request.mutable_sign()->set_digest_algorithm(agent::protocol::SHA256);
    request.mutable_sign()->add_digest(std::string(32, 'd'));
    return request;
}

}  // namespace signet::tests
