// Who answers each request; the rows of dispatch.cpp name them.
#pragma once

#include "agent/agent.h"
#include "agent/audit_trail.h"
#include "agent/peer.h"
#include "agent/protocol/signet.pb.h"

namespace signet::agent {

// Each fills `reply` or throws Error, having filled the trail in. The request was checked; what a handler
// moves out of it is gone.

asio::awaitable<void> handle_list(Agent&, const Peer&, protocol::Request&, protocol::Reply&, AuditTrail&);
asio::awaitable<void> handle_status(Agent&, const Peer&, protocol::Request&, protocol::Reply&, AuditTrail&);
asio::awaitable<void> handle_unlock(Agent&, const Peer&, protocol::Request&, protocol::Reply&, AuditTrail&);
asio::awaitable<void> handle_lock(Agent&, const Peer&, protocol::Request&, protocol::Reply&, AuditTrail&);
asio::awaitable<void> handle_sign(Agent&, const Peer&, protocol::Request&, protocol::Reply&, AuditTrail&);
asio::awaitable<void> handle_unwrap(Agent&, const Peer&, protocol::Request&, protocol::Reply&, AuditTrail&);

asio::awaitable<void> handle_generate_key(Agent&, const Peer&, protocol::Request&, protocol::Reply&,
                                          AuditTrail&);
asio::awaitable<void> handle_request_certificate(Agent&, const Peer&, protocol::Request&, protocol::Reply&,
                                                 AuditTrail&);
asio::awaitable<void> handle_import_certificates(Agent&, const Peer&, protocol::Request&, protocol::Reply&,
                                                 AuditTrail&);
asio::awaitable<void> handle_initialise_token(Agent&, const Peer&, protocol::Request&, protocol::Reply&,
                                              AuditTrail&);
asio::awaitable<void> handle_change_pin(Agent&, const Peer&, protocol::Request&, protocol::Reply&,
                                        AuditTrail&);
asio::awaitable<void> handle_delete_key(Agent&, const Peer&, protocol::Request&, protocol::Reply&,
                                        AuditTrail&);

/// The first message of a connection. Fills in what the client says of itself. Throws Error(UNKNOWN_VERSION).
void greet(Peer& peer, protocol::Hello& hello, protocol::Reply& reply);

}  // namespace signet::agent
