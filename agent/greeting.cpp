#include "agent/error.h"
#include "agent/handlers.h"
#include "agent/protocol/frame.h"
#include "agent/version.h"

#include <unistd.h>

namespace signet::agent {

void greet(Peer& peer, protocol::Hello& hello, protocol::Reply& reply) {
    auto& answer = *reply.mutable_hello();
    answer.set_version(protocol::protocol_version);
    answer.set_agent(version);
    if (hello.version() != protocol::protocol_version)
        throw Error(protocol::UNKNOWN_VERSION,
                    "the client speaks version " + std::to_string(hello.version()) + ", the agent version " +
                        std::to_string(protocol::protocol_version),
                    "update the older of the two");
    peer.client = hello.client();
    // Another user's display is not one that the agent should open a window on.
    if (peer.uid != ::geteuid())
        return;
    peer.place.display = std::move(*hello.mutable_display());
    peer.place.wayland_display = std::move(*hello.mutable_wayland_display());
    peer.place.dbus_session_bus_address = std::move(*hello.mutable_dbus_session_bus_address());
    peer.place.xauthority = std::move(*hello.mutable_xauthority());
    peer.place.tty = std::move(*hello.mutable_tty());
    peer.place.term = std::move(*hello.mutable_term());
    peer.place.locale = std::move(*hello.mutable_locale());
}

}  // namespace signet::agent
