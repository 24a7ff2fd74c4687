#include "agent/peer.h"

#include "agent/error.h"

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

namespace signet::agent {

Peer peer_of(int socket) {
    ucred credentials{};
    socklen_t size = sizeof credentials;
    if (::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0)
        throw std::system_error(errno, std::generic_category(), "SO_PEERCRED");
    Peer peer;
    peer.uid = credentials.uid;
    peer.pid = credentials.pid;
    std::error_code unknown;
    const auto program =
        std::filesystem::read_symlink("/proc/" + std::to_string(credentials.pid) + "/exe", unknown);
    if (!unknown)
        peer.program = program.string();
    return peer;
}

void require_there(const Peer& peer) {
    if (peer.gone)
        throw Error(protocol::STOPPING, "the client has gone");
}

bool may_connect(const Peer& peer) noexcept {
    // Asked once: it does not change, and each request comes by here.
    static const uid_t own = ::geteuid();
    return peer.uid == own;
}

}  // namespace signet::agent
