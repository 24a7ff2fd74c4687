#include "tests/client/fake_agent.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

#include "agent/protocol/frame.h"
#include "secret/secret.h"

namespace signet::tests {

namespace protocol = agent::protocol;

namespace {

constexpr int patience_ms = 20'000;

[[noreturn]] void fail(const char* what) {
    throw std::system_error(errno, std::generic_category(), what);
}

}  // namespace

FakePeer::FakePeer(client::FileDescriptor socket, std::vector<protocol::Request>& received, std::mutex& mutex)
    : m_socket(std::move(socket)), m_received(received), m_mutex(mutex) {}

bool FakePeer::read_exactly(char* data, std::size_t size) {
    while (size > 0) {
        pollfd input{m_socket.get(), POLLIN, 0};
        if (poll(&input, 1, patience_ms) <= 0)
            return false;
        const ssize_t count = recv(m_socket.get(), data, size, 0);
        if (count <= 0)
            return false;
        data += count;
        size -= static_cast<std::size_t>(count);
    }
    return true;
}

std::optional<protocol::Request> FakePeer::read() {
    std::string frame(protocol::frame_header_size, '\0');
    if (!read_exactly(frame.data(), frame.size()))
        return std::nullopt;
    std::size_t length = 0;
    for (const char byte : frame)
        length = length << 8U | static_cast<unsigned char>(byte);
    frame.resize(length);
    protocol::Request request;
    if (!read_exactly(frame.data(), length) || !request.ParseFromString(frame))
        return std::nullopt;
    const std::lock_guard lock(m_mutex);
    m_received.push_back(request);
    return request;
}

void FakePeer::discard() {
    std::array<char, protocol::frame_header_size> header{};
    if (!read_exactly(header.data(), header.size()))
        return;
    std::size_t length = 0;
    for (const char byte : header)
        length = length << 8U | static_cast<unsigned char>(byte);
    std::array<char, 512> piece{};
    while (length > 0) {
        const std::size_t size = std::min(length, piece.size());
        if (!read_exactly(piece.data(), size))
            break;
        length -= size;
    }
    wipe(piece.data(), piece.size());
}

void FakePeer::answer(const protocol::Request& request, protocol::Reply reply) {
    reply.set_id(request.id());
    send(frame_of(reply));
}

void FakePeer::welcome() {
    const auto hello = read();
    if (!hello)
        return;
    protocol::Reply reply;
    reply.mutable_hello()->set_version(protocol::protocol_version);
    reply.mutable_hello()->set_agent("fake");
    answer(*hello, reply);
}

void FakePeer::send(const std::string& bytes) {
    std::size_t sent = 0;
    while (sent < bytes.size()) {
        const ssize_t count = ::send(m_socket.get(), bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
        if (count <= 0)
            return;
        sent += static_cast<std::size_t>(count);
    }
}

FakeAgent::FakeAgent(Script script)
    : m_script(std::move(script)),
      m_listener(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)),
      m_stop(eventfd(0, EFD_CLOEXEC)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::string path = socket();
    if (path.size() >= sizeof address.sun_path)
        throw std::runtime_error("the path of the socket is too long: " + path);
    std::memcpy(address.sun_path, path.data(), path.size());
    if (bind(m_listener.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
        listen(m_listener.get(), 16) != 0)
        fail("no socket for the fake agent");
    m_thread = std::thread([this] { serve(); });
}

FakeAgent::~FakeAgent() {
    const std::uint64_t one = 1;
    if (write(m_stop.get(), &one, sizeof one) == sizeof one)
        m_thread.join();
}

void FakeAgent::serve() {
    for (;;) {
        std::array<pollfd, 2> inputs{{{m_listener.get(), POLLIN, 0}, {m_stop.get(), POLLIN, 0}}};
        if (poll(inputs.data(), inputs.size(), -1) < 0 && errno != EINTR)
            return;
        if (inputs[1].revents != 0)
            return;
        client::FileDescriptor connection(accept4(m_listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
        if (!connection.is_open())
            continue;
        FakePeer peer(std::move(connection), m_received, m_mutex);
        m_script(peer);
    }
}

FakeAgent::Script FakeAgent::answering(Handler handler) {
    return [handler = std::move(handler)](FakePeer& peer) {
        peer.welcome();
        while (const auto request = peer.read()) {
            if (!request->has_sign() || request->sign().digest_size() > 0) {
                peer.answer(*request, handler(*request));
                continue;
            }
            protocol::Reply hash;
            hash.mutable_sign()->set_digest_algorithm(protocol::SHA256);
            peer.answer(*request, hash);
        }
    };
}

std::vector<protocol::Sign> FakeAgent::signings() const {
    std::vector<protocol::Sign> signings;
    for (const protocol::Request& request : received()) {
        if (request.has_sign() && request.sign().digest_size() > 0)
            signings.push_back(request.sign());
    }
    return signings;
}

std::vector<protocol::Request> FakeAgent::received() const {
    const std::lock_guard lock(m_mutex);
    return m_received;
}

protocol::Reply refusal(protocol::Status status, const std::string& why, const std::string& advice) {
    protocol::Reply reply;
    reply.set_status(status);
    reply.set_why(why);
    reply.set_advice(advice);
    return reply;
}

std::string frame_of(const protocol::Reply& message) {
    std::string frame;
    protocol::append_frame(frame, message);
    return frame;
}

}  // namespace signet::tests
