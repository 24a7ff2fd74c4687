#include "client/agent_channel.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <clocale>
#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <utility>

#include "agent/protocol/frame.h"
#include "client/error.h"
#include "client/utf8.h"
#include "secret/secret.h"

namespace signet::client {

namespace protocol = agent::protocol;

namespace {

using Clock = std::chrono::steady_clock;

/// Between two tries to connect to an agent whose queue of connections is full.
constexpr int connect_pause_ms = 5;

/// A reason that `exchange` completes with what the caller was about.
struct Fault {
    ExitStatus status;
    std::string why;
    std::string advice;
};

/// Wipes a buffer that may hold a PIN or a key, on every way out.
class WipedBuffer {
  public:
    WipedBuffer() = default;
    ~WipedBuffer() { wipe(m_text); }
    WipedBuffer(const WipedBuffer&) = delete;
    WipedBuffer& operator=(const WipedBuffer&) = delete;
    std::string& text() noexcept { return m_text; }

  private:
    std::string m_text;
};

Fault gone(const std::string& path) {
    return {ExitStatus::no_agent, "the agent at " + path + " closed the connection", "see the agent's log"};
}

Fault broken(const std::string& why) {
    return {ExitStatus::other, "the agent breaks the protocol: " + why,
            "make sure that signet and signet-agent are of the same version"};
}

/// Empty if there is none, or one that the agent would not read: then pinentry can do without.
std::string sendable(const char* value) {
    return value != nullptr && std::strlen(value) <= protocol::max_text && is_utf8(value) ? value : "";
}

std::string environment(const char* name) {
    return sendable(std::getenv(name));
}

std::string first_set(std::initializer_list<const char*> names) {
    for (const char* name : names) {
        std::string value = environment(name);
        if (!value.empty())
            return value;
    }
    return {};
}

std::string terminal() {
    std::string name = environment("GPG_TTY");
    std::array<char, PATH_MAX> buffer{};
    for (int descriptor = 0; name.empty() && descriptor <= 2; ++descriptor)
        if (ttyname_r(descriptor, buffer.data(), buffer.size()) == 0)
            name = sendable(buffer.data());
    return name;
}

/// What pinentry needs in order to appear where the person is.
void fill(protocol::Hello& hello) {
    hello.set_version(protocol::protocol_version);
    hello.set_client(sendable(program_invocation_short_name));
    hello.set_display(environment("DISPLAY"));
    hello.set_wayland_display(environment("WAYLAND_DISPLAY"));
    hello.set_dbus_session_bus_address(environment("DBUS_SESSION_BUS_ADDRESS"));
    hello.set_xauthority(environment("XAUTHORITY"));
    hello.set_tty(terminal());
    hello.set_term(environment("TERM"));
    hello.set_locale(first_set({"LC_ALL", "LC_CTYPE", "LANG"}));
}

/// A request that the agent could not read has no id for it to repeat.
void check_id(const protocol::Reply& reply, bool is_expected) {
    if (!is_expected && !(reply.id() == 0 && reply.status() != protocol::DONE))
        throw broken("a reply to another request");
}

}  // namespace

AgentChannel::AgentChannel(std::string socket_path, Deadlines deadlines)
    : m_socket_path(std::move(socket_path)), m_deadlines(deadlines) {}

template <typename Action>
auto AgentChannel::or_close(const std::string& what_failed, Action action) {
    try {
        return action();
    } catch (const Fault& fault) {
        close();
        throw Error(fault.status,
                    fault.status == ExitStatus::no_agent ? "cannot reach the agent" : what_failed, fault.why,
                    fault.advice);
    } catch (const std::length_error&) {
        close();
        throw Error(ExitStatus::other, what_failed, "the request is larger than the agent accepts");
    } catch (...) {
        close();
        throw;
    }
}

protocol::Reply AgentChannel::exchange(protocol::Request& request, const std::string& what_failed,
                                       Attendance attendance) {
    if (!m_awaited.empty())
        throw std::logic_error("a request while the replies to others are due");
    send(request, what_failed);
    return receive(what_failed, attendance);
}

std::uint64_t AgentChannel::send(protocol::Request& request, const std::string& what_failed) {
    return or_close(what_failed, [&] {
        WipedBuffer frames;
        if (!m_socket.is_open()) {
            connect();
            protocol::Request hello;
            m_awaited_hello = ++m_last_id;
            hello.set_id(m_awaited_hello);
            fill(*hello.mutable_hello());
            protocol::append_frame(frames.text(), hello);
        }
        request.set_id(++m_last_id);
        protocol::append_frame(frames.text(), request);
        m_awaited.insert(request.id());
        write(frames.text());
        return request.id();
    });
}

protocol::Reply AgentChannel::receive(const std::string& what_failed, Attendance attendance) {
    return or_close(what_failed, [&] {
        if (m_awaited_hello != 0) {
            protocol::Reply welcome = read_reply(m_deadlines.unattended_answer);
            check_id(welcome, welcome.id() == m_awaited_hello);
            if (welcome.status() != protocol::DONE) {
                close();
                return welcome;
            }
            if (welcome.hello().version() != protocol::protocol_version)
                throw broken("it speaks version " + std::to_string(welcome.hello().version()));
            m_awaited_hello = 0;
        }
        protocol::Reply reply = read_reply(answer_limit(attendance));
        const bool is_expected = m_awaited.erase(reply.id()) == 1;
        check_id(reply, is_expected);
        // The agent closes after a frame that it could not read.
        if (!is_expected)
            close();
        return reply;
    });
}

void AgentChannel::close() noexcept {
    m_socket.reset();
    m_awaited.clear();
    m_awaited_hello = 0;
}

void AgentChannel::connect() {
    const std::string& path = m_socket_path;
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path)
        throw Fault{ExitStatus::no_agent, "the path " + path + " is too long for a socket",
                    "set SIGNET_SOCKET to a shorter one"};
    std::memcpy(address.sun_path, path.data(), path.size());

    FileDescriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (!socket.is_open())
        throw Fault{ExitStatus::other, std::strerror(errno), ""};
    const auto deadline = Clock::now() + m_deadlines.transfer;
    while (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        const int error = errno;
        if (error == EINTR)
            continue;
        if (error == EAGAIN && Clock::now() < deadline) {
            poll(nullptr, 0, connect_pause_ms);
            continue;
        }
        const std::string advice = "start signet-agent or set SIGNET_SOCKET";
        if (error == ENOENT)
            throw Fault{ExitStatus::no_agent, "no socket at " + path, advice};
        if (error == ECONNREFUSED)
            throw Fault{ExitStatus::no_agent, "nobody listens at " + path, advice};
        throw Fault{ExitStatus::no_agent, std::string(std::strerror(error)) + " at " + path, advice};
    }

    // Anybody could have put a socket there; a PIN goes only to ourselves or to root.
    ucred peer{};
    socklen_t size = sizeof peer;
    if (getsockopt(socket.get(), SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0)
        throw Fault{ExitStatus::no_agent, std::strerror(errno), ""};
    if (peer.uid != geteuid() && peer.uid != 0)
        throw Fault{ExitStatus::no_agent,
                    path + " belongs to user " + std::to_string(peer.uid) + ", who is neither you nor root",
                    "set SIGNET_SOCKET to the socket of your agent"};
    m_socket = std::move(socket);
}

void AgentChannel::write(const std::string& frames) {
    const auto deadline = Clock::now() + m_deadlines.transfer;
    std::size_t sent = 0;
    while (sent < frames.size()) {
        const ssize_t count =
            ::send(m_socket.get(), frames.data() + sent, frames.size() - sent, MSG_NOSIGNAL);
        if (count >= 0) {
            sent += static_cast<std::size_t>(count);
        } else if (errno == EAGAIN) {
            wait(POLLOUT, deadline);
        } else if (errno == EPIPE || errno == ECONNRESET) {
            // An agent that refuses us says so before it closes: read that.
            return;
        } else if (errno != EINTR) {
            throw Fault{ExitStatus::no_agent, std::strerror(errno), ""};
        }
    }
}

std::chrono::milliseconds AgentChannel::answer_limit(Attendance attendance) const noexcept {
    // Far from the end of the clock.
    constexpr std::chrono::hours for_ever{24 * 365 * 100};
    switch (attendance) {
        case Attendance::token:
            return for_ever;
        case Attendance::nobody:
            return m_deadlines.unattended_answer;
        case Attendance::person:
            break;
    }
    return m_deadlines.answer;
}

protocol::Reply AgentChannel::read_reply(std::chrono::milliseconds limit) {
    wait(POLLIN, Clock::now() + limit);
    const auto deadline = Clock::now() + m_deadlines.transfer;
    std::array<char, protocol::frame_header_size> header{};
    read_exactly(header.data(), header.size(), deadline);
    if (protocol::parse_frame({header.data(), header.size()}).state == protocol::FrameState::too_long)
        throw broken("a frame of a length that none may have");
    std::size_t length = 0;
    for (const char byte : header)
        length = length << 8U | static_cast<unsigned char>(byte);

    WipedBuffer message;
    message.text().resize(length);
    read_exactly(message.text().data(), length, deadline);
    protocol::Reply reply;
    if (!reply.ParseFromArray(message.text().data(), static_cast<int>(length)))
        throw broken("a reply that cannot be read");
    return reply;
}

void AgentChannel::wait(short events, Clock::time_point deadline) {
    for (;;) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
        pollfd descriptor{m_socket.get(), events, 0};
        const int ready =
            poll(&descriptor, 1, static_cast<int>(std::clamp<decltype(left)>(left, 0, INT_MAX)));
        if (ready > 0)
            return;
        if (ready == 0 && left > INT_MAX)
            continue;
        if (ready == 0)
            throw Fault{ExitStatus::no_agent, "the agent at " + m_socket_path + " does not answer",
                        "see the agent's log"};
        if (errno != EINTR)
            throw Fault{ExitStatus::no_agent, std::strerror(errno), ""};
    }
}

void AgentChannel::read_exactly(char* data, std::size_t size, Clock::time_point deadline) {
    std::size_t filled = 0;
    while (filled < size) {
        const ssize_t count = recv(m_socket.get(), data + filled, size - filled, 0);
        if (count > 0)
            filled += static_cast<std::size_t>(count);
        else if (count == 0 || errno == ECONNRESET)
            throw gone(m_socket_path);
        else if (errno == EAGAIN)
            wait(POLLIN, deadline);
        else if (errno != EINTR)
            throw Fault{ExitStatus::no_agent, std::strerror(errno), ""};
    }
}

}  // namespace signet::client
