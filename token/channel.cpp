#include "token/channel.h"

#include <sys/socket.h>

#include <cerrno>

namespace signet::token {

bool Channel::usable() const noexcept {
    int type = 0;
    socklen_t size = sizeof type;
    return getsockopt(m_descriptor, SOL_SOCKET, SO_TYPE, &type, &size) == 0 && type == SOCK_SEQPACKET;
}

Channel::Receipt Channel::receive(std::span<unsigned char> buffer) const noexcept {
    ssize_t size = -1;
    do {
        // MSG_TRUNC answers the true size of a datagram that does not fit.
        size = recv(m_descriptor, buffer.data(), buffer.size(), MSG_TRUNC);
    } while (size < 0 && errno == EINTR);
    if (size <= 0)
        return {State::end, 0};
    const auto received = static_cast<std::size_t>(size);
    return received > buffer.size() ? Receipt{State::too_long, buffer.size()}
                                    : Receipt{State::datagram, received};
}

void Channel::send(std::span<const unsigned char> datagram) const noexcept {
    ssize_t size = -1;
    do {
        size = ::send(m_descriptor, datagram.data(), datagram.size(), MSG_NOSIGNAL);
    } while (size < 0 && errno == EINTR);
}

}  // namespace signet::token
