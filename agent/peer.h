// Who is at the other end of a connection.
#pragma once

#include "agent/fair_queue.h"
#include "agent/pin/pin_entry.h"

#include <sys/types.h>

#include <string>

namespace signet::agent {

/// As the kernel said at accept; `place` and `client` as the Hello says, which nothing vouches for.
struct Peer {
    ClientId id = 0;
    uid_t uid = static_cast<uid_t>(-1);
    pid_t pid = -1;
    /// Path of its program; empty if it cannot be known.
    std::string program;
    /// What the client calls itself.
    std::string client;
    /// Its connection has ended: nothing more is begun for it.
    bool gone = false;
    /// Where its person is; filled only for the agent's own uid.
    pin::PinEntryPlace place;
};

/// SO_PEERCRED of a connected Unix socket. Throws std::system_error.
Peer peer_of(int socket);

/// Throws Error(STOPPING) if its connection has ended: what was made for it leaves no more.
void require_there(const Peer& peer);

/// Whether the peer may talk to the agent at all: its uid is the agent's own.
bool may_connect(const Peer& peer) noexcept;

}  // namespace signet::agent
